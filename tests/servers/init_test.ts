/** That what `ppm init` makes runs: a new author types what it prints, and what comes next in an application's life. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { makeRepository, PASSWORD } from "./backup_support.ts";
import { bootServer, eitherRelease, makeImage, type Release, type Server } from "./server.ts";
import { readSteps, replay } from "./session.ts";

/** Debian 12's podman knows no Quadlet. */
const CASES: readonly (readonly [Release, "--unit" | "--quadlet"])[] = [
  ["bookworm", "--unit"],
  ["trixie", "--quadlet"],
  ["trixie", "--unit"],
];

for (const [release, style] of CASES) {
  Deno.test(`ppm init ${style} makes a definition that runs as it is, is backed up and comes back [${release}]`, async () => {
    await using server = await prepared(release);
    const app = (command: string) => server.run(["sh", "-ec", command], { user: "app" });
    const page = async () => (await app("curl -fsS http://127.0.0.1:8080/")).stdout.match(/Started/g)?.length;

    const printed = (await app(`ppm init ${style} blog`)).stdout;
    const [author = "", config = "", admin = ""] = blocks(printed);
    ok(author.includes("ppm lint .") && admin.includes("ppm start"), printed);
    await app(author);
    await server.writeFile("config.yml", config, { user: "app", mode: 0o600 });
    await app(admin);
    strictEqual(await page(), 1);
    match((await app("ppm status")).stdout, /blog\.service +running/);
    deepStrictEqual((await app("ppm diff --exit-code")).stdout, "");

    await app("ppm restart");
    strictEqual(await page(), 2);
    await app("ppm backup");
    await app("ppm stop && mv data gone && ppm setup && ppm start");
    strictEqual(await page(), 3);
    await app("ppm stop && ppm restore && ppm start");
    strictEqual(await page(), 3);
    strictEqual((await app("ppm drill")).code, 0);
  });
}

Deno.test("ppm init on Debian 12 warns that Quadlet is missing; ppm setup says so too, and changes nothing", async () => {
  await using server = await prepared("bookworm");
  const app = (command: string) => server.run(["sh", "-ec", command], { user: "app", check: false });
  const init = await app("ppm init blog");
  match(init.stderr, /^warning: This machine's podman has no Quadlet/);
  const [author = "", config = ""] = blocks(init.stdout);
  strictEqual((await app(author)).code, 0);
  await server.writeFile("config.yml", config, { user: "app", mode: 0o600 });
  const { code, stderr } = await app("ppm setup --fresh");
  ok(code !== 0);
  match(stderr, /^error: [^\n]*this machine's podman has no Quadlet \(podman 4\.4 brings it\)/m);
  strictEqual((await app("test -e data")).code, 1);
});

eitherRelease("docs/authors.md: a new definition does what the page shows", async (release) => {
  await using server = await prepared(release);
  const page = await Deno.readTextFile(new URL("../../docs/authors.md", import.meta.url));
  const end = page.indexOf("\n## What an editor knows");
  ok(end > 0);
  await replay(server, "docs/authors.md", readSteps(page.slice(0, end)));
});

/** A server as docs/root-steps.md leaves it, with an image of the name that the definition asks for. */
async function prepared(release: Release): Promise<Server> {
  const server = await bootServer({ release });
  await server.copyPpm();
  await server.user("app");
  await server.run(["install", "-d", "/var/lib/ppm/state"]);
  await server.run(["install", "-d", "-o", "app", "-g", "app", "/var/lib/ppm/state/app"]);
  await server.run(["git", "config", "--system", "user.name", "Author"]);
  await server.run(["git", "config", "--system", "user.email", "author@example.org"]);
  await server.writeFile(".restic-password", PASSWORD, { user: "app", mode: 0o600 });
  await makeRepository(server, "/srv/restic/blog");
  await server.run(["chown", "-R", "app:", "/srv/restic"]);
  await makeImage(server, "app", "docker.io/library/busybox:1.37");
  return server;
}

/** Returns what `ppm init` prints to be typed or written after its list of files: each block of indented lines, without the indentation. */
function blocks(printed: string): readonly string[] {
  const steps = printed.slice(printed.indexOf("\nNext"));
  return [...steps.matchAll(/:\n\n((?: {2}.*\n?)+)/g)].map(([, block = ""]) =>
    block.replaceAll(/^ {2}/gm, "")
  );
}
