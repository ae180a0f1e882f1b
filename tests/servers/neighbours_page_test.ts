/** That docs/neighbours.md does what it shows, every command of it, on a bare server and on machines in other networks. */
import { definitionFrom } from "./pet.ts";
import { bootServer, eitherRelease, furnished, PPM, type Ran, type RunOptions, Server } from "./server.ts";
import { readSteps, replay } from "./session.ts";

/** The machines of the page, each in a network with the server alone. */
const MACHINES = {
  office: { address: "198.51.100.7/24", gateway: "198.51.100.1" },
  laptop: { address: "10.8.0.7/16", gateway: "10.8.0.1" },
  elsewhere: { address: "203.0.113.9/24", gateway: "203.0.113.1" },
};

eitherRelease("docs/neighbours.md does what it shows", async (release) => {
  await using server = await bootServer({ release: furnished(release) });
  await server.run(["hostname", "server"]);
  await server.copy(PPM, "/usr/local/bin/ppm");
  for (const example of ["caddy", "hello", "guestbook"]) {
    for (const [path, content] of Object.entries(definitionFrom(`examples/${example}`))) {
      const mode = path.endsWith("!") ? 0o755 : 0o644;
      await server.writeFile(`/root/examples/${example}/${path.replace(/!$/, "")}`, content, { mode });
    }
  }
  const clients = new Map<string, Server>([["server", server]]);
  for (const name of Object.keys(MACHINES)) clients.set(name, new Machine(server, name));
  await connect(server);
  const page = await Deno.readTextFile(new URL("../../docs/neighbours.md", import.meta.url));
  for (const step of readSteps(page)) {
    const machine = clients.get(step.host);
    if (machine === undefined) throw new Error(`docs/neighbours.md:${step.line}: no machine "${step.host}"`);
    await replay(machine, "docs/neighbours.md", [step]);
  }
});

/** Another machine, as far as the network goes: a network namespace in the server. */
class Machine extends Server {
  readonly #namespace: string;

  constructor(server: Server, namespace: string) {
    super(server.name, server.release);
    this.#namespace = namespace;
  }

  override run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return super.run(["ip", "netns", "exec", this.#namespace, ...argv], options);
  }
}

/** Makes the machines, and the names by which all of them know the server. */
async function connect(server: Server): Promise<void> {
  const hosts = "192.0.2.1 hello.example.org board.example.org book.example.org";
  const script = [
    "ip address add 192.0.2.1/32 dev lo",
    `echo ${hosts} >>/etc/hosts`,
    ...Object.entries(MACHINES).flatMap(([name, { address, gateway }]) => [
      `ip netns add ${name}`,
      `ip link add to-${name} type veth peer name eth0 netns ${name}`,
      `ip address add ${gateway}/${address.split("/")[1]} dev to-${name}`,
      `ip link set to-${name} up`,
      `ip -n ${name} address add ${address} dev eth0`,
      `ip -n ${name} link set eth0 up`,
      `ip -n ${name} route add default via ${gateway}`,
    ]),
  ];
  await server.run(["sh", "-ec", script.join("\n")]);
}
