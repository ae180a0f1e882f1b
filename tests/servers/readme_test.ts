/** That the README and examples/README.md do what they show, and that the commands for make exist. */

import assert from "node:assert/strict";
import { definitionFrom } from "./pet.ts";
import { bootServer, makeImage, type Release, type Server } from "./server.ts";
import { readSteps, replay } from "./session.ts";

const CHECKOUT = new URL("../..", import.meta.url).pathname;
const PAGE = await Deno.readTextFile(`${CHECKOUT}/README.md`);

Deno.test("README.md: the example does what it shows (Debian 13, for it uses Quadlet)", async () => {
  await using server = await prepared("trixie");
  await makeImage(server, "app");
  await replay(server, "README.md", readSteps(PAGE));
});

Deno.test("README.md: make install puts the built file where it says, and every other command for make exists", async () => {
  const commands = [...PAGE.matchAll(/^make (\w+) +#/gm)].map(([, target]) => target ?? "");
  assert.deepEqual(commands, ["demo", "test", "build", "install", "check", "bench"]);
  const directory = await Deno.makeTempDir();
  try {
    await make(["install", `DESTDIR=${directory}`]);
    assert.ok((await Deno.stat(`${directory}/usr/local/bin/ppm`)).isFile);
    for (const command of commands) await make(["--dry-run", command]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

for (const [example, release] of [["hello", "bookworm"], ["hello-quadlet", "trixie"]] as const) {
  Deno.test(`examples/README.md: ${example} does what it shows [${release}]`, async () => {
    await using server = await prepared(release);
    for (const [path, content] of Object.entries(definitionFrom(`examples/${example}`))) {
      await server.writeFile(`hello/${path}`, content, { user: "app" });
    }
    const page = await Deno.readTextFile(`${CHECKOUT}/examples/README.md`);
    await replay(server, "examples/README.md", readSteps(page));
  });
}

/** A server as docs/root-steps.md leaves it. */
async function prepared(release: Release): Promise<Server> {
  const server = await bootServer({ release });
  await server.copyPpm();
  await server.user("app");
  await server.run(["install", "-d", "/var/lib/ppm/state"]);
  await server.run(["install", "-d", "-o", "app", "-g", "app", "/var/lib/ppm/state/app"]);
  await server.run(["git", "config", "--system", "user.name", "Admin"]);
  await server.run(["git", "config", "--system", "user.email", "admin@example.org"]);
  return server;
}

async function make(args: readonly string[]): Promise<void> {
  const command = new Deno.Command("make", { args: [...args], cwd: CHECKOUT, stdin: "null" });
  const { code, stderr } = await command.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}
