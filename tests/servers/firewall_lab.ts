/** A server that packets come to from elsewhere: a network namespace in it with addresses of its own, and programs that listen and ask. */
import { parseProtocolPorts, type PublishedPort } from "../../src/definition/open_port.ts";
import { covers, parseNetwork } from "../../src/definition/network.ts";
import { formatState } from "../../src/neighbours/state_file.ts";
import { bootServer, furnished, type Ran, type Release, type Server } from "./server.ts";

export const STATE = "/var/lib/ppm/state";

/** Who sends. */
const SENDERS = ["10.7.0.2", "10.7.1.2", "10.8.0.2", "192.0.2.7", "2001:db8::2", "2001:db9::2"];
/** What is listened at, with tcp and udp. */
const PORTS = [21, 22, 53, 80, 443, 7999, 8000, 8005, 8010, 8011, 9000, 9001];
const SERVER = { 4: "10.9.0.1", 6: "fd09::1" } as const;

/** Listens at each port with both protocols and both versions; answers each datagram. */
const LISTEN = `
import socket, sys, threading
def tcp(port):
    s = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=50)
    while True: s.accept()[0].close()
def udp(port):
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.bind(("::", port))
    while True: s.sendto(b"x", s.recvfrom(9)[1])
for port in map(int, sys.argv[1:]):
    for listen in tcp, udp: threading.Thread(target=listen, args=(port,)).start()
`;

/** Sends one packet (or opens one connection) for each line "FROM TO PROTOCOL PORT", all at once; prints those lines that were answered. */
const ASK = `
import socket, sys, threading
def ask(line):
    source, target, protocol, port = line.split()
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    s = socket.socket(family, socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM)
    s.settimeout(1.5)
    try:
        s.bind((source, 0)); s.connect((target, int(port)))
        if protocol == "udp": s.send(b"x"); s.recv(9)
        print(line + "\\n", end="", flush=True)
    except OSError: pass
threads = [threading.Thread(target=ask, args=(line.strip(),)) for line in sys.stdin]
for thread in threads: thread.start()
for thread in threads: thread.join()
`;

/** Whether a packet should be answered. */
export type Expected = (from: string, port: number, protocol: "tcp" | "udp") => boolean;

export class Lab implements AsyncDisposable {
  readonly server: Server;

  constructor(server: Server) {
    this.server = server;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server.destroy();
  }

  sh(script: string, ...args: readonly string[]): Promise<Ran> {
    return this.server.run(["sh", "-euc", script, "sh", ...args]);
  }

  /** Makes the network and listens; again after a boot. */
  async connect(): Promise<void> {
    await this.server.writeFile("/root/listen.py", LISTEN);
    await this.server.writeFile("/root/ask.py", ASK);
    await this.sh(
      `
      ip netns add elsewhere
      ip link add veth0 type veth peer name veth1 netns elsewhere
      ip address add ${SERVER[4]}/24 dev veth0 && ip address add ${SERVER[6]}/64 dev veth0 nodad
      ip link set veth0 up
      ip -n elsewhere link set lo up && ip -n elsewhere link set veth1 up
      ip -n elsewhere address add 10.9.0.2/24 dev veth1 && ip -n elsewhere address add fd09::2/64 dev veth1 nodad
      for address in "$@"; do ip -n elsewhere address add $address dev veth1 $(case $address in *:*) echo nodad; esac); done
      ip route add default via 10.9.0.2 && ip -6 route add default via fd09::2
      systemd-run -q --unit=listen python3 /root/listen.py ${PORTS.join(" ")}
      systemd-run -q --unit=listen-elsewhere ip netns exec elsewhere python3 /root/listen.py 7000
      until ss -Hltn | grep -q ':${
        PORTS.at(-1)
      } ' && ip netns exec elsewhere ss -Hltn | grep -q ':7000 '; do sleep 0.1; done
      sleep 0.2
    `,
      ...SENDERS,
    );
  }

  /** Sends a packet from each address to each port with each protocol; returns those that are answered otherwise than expected, as `FROM PORT/PROTOCOL`. */
  async surprises(expected: Expected): Promise<readonly string[]> {
    const packets = SENDERS.flatMap((from) =>
      PORTS.flatMap((port) => (["tcp", "udp"] as const).map((protocol) => ({ from, port, protocol })))
    );
    const line = ({ from, port, protocol }: typeof packets[number]) =>
      `${from} ${SERVER[from.includes(":") ? 6 : 4]} ${protocol} ${port}`;
    const answered = new Set(await this.ask(packets.map(line)));
    return packets.filter((packet) =>
      answered.has(line(packet)) !== expected(packet.from, packet.port, packet.protocol)
    ).map(({ from, port, protocol }) => `${from} ${port}/${protocol}`);
  }

  /** Sends packets from elsewhere; returns the lines that were answered. */
  async ask(lines: readonly string[]): Promise<readonly string[]> {
    const command = ["ip", "netns", "exec", "elsewhere", "python3", "/root/ask.py"];
    return (await this.server.run(command, { stdin: lines.join("\n") })).stdout.trim().split("\n");
  }

  /** Publishes ports as ppm does: the file whole, then a touch of the directory. */
  async publish(user: string, ports: readonly PublishedPort[]): Promise<void> {
    const state = formatState(
      {
        version: 1,
        instance: user,
        user,
        host: "server",
        app: { name: "notes", description: "", version: "1" },
        definition: { repository: "/srv/notes", commit: "0".repeat(40) },
        units: [],
        plugins: { firewall: { open: ports } },
        state: {},
        times: {},
      },
      [],
      { line: 1, column: 1 },
    );
    const write = `cat >.new && mv .new "${STATE}/${user}/state.yml" && touch "${STATE}/${user}"`;
    await this.server.run(["sh", "-ec", write], { user, stdin: state });
  }

  /** Makes a script; returns it after loading it with `load`. */
  async load(format: string, load: string): Promise<string> {
    await this.sh(`ppm firewall --format ${format} >/root/script && ${load} /root/script`);
    return await this.server.readFile("/root/script");
  }

  /** What nft says of ppm's table; empty where there is none. */
  async table(): Promise<string> {
    return (await this.server.run(["nft", "list", "table", "inet", "ppm"], { check: false })).stdout;
  }

  /** Waits until ppm's table has a line, or has it no longer; throws after 15 seconds. */
  async until(pattern: RegExp, there = true): Promise<void> {
    const end = Date.now() + 15_000;
    while (pattern.test(await this.table()) !== there) {
      if (Date.now() > end) {
        const { stdout } = await this.server.run(["journalctl", "-n30", "--no-pager", "-u", "ppm-firewall*"]);
        throw new Error(`${pattern} does not ${there ? "come" : "go"}:\n${await this.table()}\n${stdout}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** Boots a server with users who have a place in the state directory, and a network to be reached from. */
export async function bootLab(release: Release, users: readonly string[]): Promise<Lab> {
  const lab = new Lab(await bootServer({ release: furnished(release), name: "firewall" }));
  try {
    await lab.server.copyPpm();
    await lab.sh(
      `ppm version >&2; install -d -m 755 ${STATE} && cd ${STATE}
      echo net.ipv4.ip_unprivileged_port_start=80 >/etc/sysctl.d/50-unprivileged-ports.conf
      sysctl -q --load /etc/sysctl.d/50-unprivileged-ports.conf
      for user in "$@"; do useradd --create-home $user && install -d -m 755 -o $user -g $user $user; done`,
      ...users,
    );
    await lab.connect();
  } catch (error) {
    await lab.server.destroy();
    throw error;
  }
  return lab;
}

/** `443`, `53/udp` or `8000-8010`, and from where. */
export function open(text: string, ...from: readonly string[]): PublishedPort {
  return { ...parseProtocolPorts(text)!, from: from.length > 0 ? from : ["0.0.0.0/0", "::/0"] };
}

/** Whether some of `ports` name a port, and whether they let an address in. */
export function asked(
  ports: readonly PublishedPort[],
  [from, port, protocol]: Parameters<Expected>,
): { readonly named: boolean; readonly allowed: boolean } {
  const named = ports.filter((each) => each.protocol === protocol && each.first <= port && port <= each.last);
  const address = parseNetwork(from)!;
  return {
    named: named.length > 0,
    allowed: named.some((each) => each.from.some((network) => covers(parseNetwork(network)!, address))),
  };
}
