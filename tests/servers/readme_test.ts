/** That the README and examples/README.md do what they show, and that the commands for make exist. */

import assert from "node:assert/strict";
import { definitionFrom } from "./pet.ts";
import { bootServer, makeImage, type Release, type Server } from "./server.ts";
import { readSteps, replay } from "./session.ts";

const CHECKOUT = new URL("../..", import.meta.url).pathname;
const PAGE = await Deno.readTextFile(`${CHECKOUT}/README.md`);

Deno.test("README.md: the examples do what they show, each of its servers in the place of the one before (Debian 13, for they use Quadlet)", async () => {
  const steps = readSteps(PAGE);
  const hosts = [...new Set(steps.map(({ host }) => host))];
  assert.deepEqual(hosts, ["server", "first", "second"]);
  for (const host of hosts) {
    await using server = await prepared("trixie", { host, othersBefore: hosts.indexOf(host) });
    await makeImage(server, "app");
    if (host === "first") await writeExample(server, "guestbook-quadlet", "guestbook");
    await replay(server, "README.md", steps.filter((step) => step.host === host));
  }
});

Deno.test("README.md: make install puts the built file where it says, and every other command for make exists", async () => {
  const commands = [...PAGE.matchAll(/^make ([\w-]+) +#/gm)].map(([, target]) => target ?? "");
  assert.deepEqual(commands, ["demo", "test", "fire-drill", "build", "install", "check", "bench"]);
  const directory = await Deno.makeTempDir();
  try {
    await make(["install", `DESTDIR=${directory}`]);
    assert.ok((await Deno.stat(`${directory}/usr/local/bin/ppm`)).isFile);
    for (const file of ["config", "appinfo", "state", "claims"]) {
      const schema = JSON.parse(
        await Deno.readTextFile(`${directory}/usr/local/share/ppm/${file}.schema.json`),
      );
      assert.equal(schema.title, `${file}.yml`);
    }
    for (const command of commands) await make(["--dry-run", command]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

for (const [example, release] of [["hello", "bookworm"], ["hello-quadlet", "trixie"]] as const) {
  Deno.test(`examples/README.md: ${example} does what it shows [${release}]`, async () => {
    await using server = await prepared(release);
    await writeExample(server, example, "hello");
    const page = await Deno.readTextFile(`${CHECKOUT}/examples/README.md`);
    await replay(server, "examples/README.md", readSteps(page));
  });
}

/** A server as docs/root-steps.md leaves it. The more users came before, the other are the ids of app. */
async function prepared(
  release: Release,
  { host = "server", othersBefore = 0 }: { readonly host?: string; readonly othersBefore?: number } = {},
): Promise<Server> {
  const server = await bootServer({ release });
  await server.run(["hostname", host]);
  await server.copyPpm();
  for (let count = 1; count <= othersBefore; count++) await server.run(["useradd", `other${count}`]);
  await server.user("app");
  await server.run(["install", "-d", "/var/lib/ppm/state"]);
  await server.run(["install", "-d", "-o", "app", "-g", "app", "/var/lib/ppm/state/app"]);
  await server.run(["git", "config", "--system", "user.name", "Admin"]);
  await server.run(["git", "config", "--system", "user.email", "admin@example.org"]);
  return server;
}

async function writeExample(server: Server, example: string, directory: string): Promise<void> {
  for (const [path, content] of Object.entries(definitionFrom(`examples/${example}`))) {
    const mode = path.endsWith("!") ? 0o755 : 0o644;
    await server.writeFile(`${directory}/${path.replace(/!$/, "")}`, content, { user: "app", mode });
  }
}

async function make(args: readonly string[]): Promise<void> {
  const command = new Deno.Command("make", { args: [...args], cwd: CHECKOUT, stdin: "null" });
  const { code, stderr } = await command.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}
