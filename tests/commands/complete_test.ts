import assert from "node:assert/strict";
import { VERBS } from "../../src/commands/verbs.ts";
import { complete } from "../../src/commands/complete.ts";
import { verbShape } from "../../src/commands/verb_shape.ts";
import { Output } from "../../src/ui/output.ts";
import { verbShapes } from "../../tools/verb_shapes.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest } from "../support/manifest.ts";
import { runPpm } from "../support/run_ppm.ts";
import { aClaim, aSnapshot, FakeRestic } from "../support/snapshots.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

const HOME = "/home/app";

const CONFIG = `definition: { repository: https://git.example.org/web.git }
backup: { repository: /srv/backup, passwordfile: .restic-password }
`;

/** A server with an application, generations, something kept aside, and a repository. */
function aServer(): FakeSystem {
  const { pending: _, ...description } = aManifest();
  const generation = (number: number, version: string) => ({
    [`${HOME}/.ppm/generations/${number}/generation.json`]: JSON.stringify({
      ...description,
      generation: number,
      app: { ...description.app, version },
    }),
  });
  const system = new FakeSystem({
    files: {
      [`${HOME}/.ppm/manifest.json`]: JSON.stringify(aManifest()),
      ...generation(1, "0.9"),
      ...generation(2, "1.0"),
      [`${HOME}/.ppm/generations/3/generation.json`]: "damaged",
      [`${HOME}/data.before-20260101T030405Z/file`]: "old",
      [`${HOME}/.ppm/overwritten/page.1a2b3c4d`]: "edited",
      [`${HOME}/config.yml`]: CONFIG,
    },
  });
  system.addFile(`${HOME}/.restic-password`, "x", 0o600);
  const restic = new FakeRestic([
    aClaim("a".repeat(16), 1),
    aSnapshot("good", "2026-01-01T03:00", { id: "1".repeat(64) }),
    aSnapshot("suspect", "2026-01-02T03:00", { id: "2".repeat(64), size: { entries: 0, bytes: 0 } }),
  ]);
  return system.program("restic", restic.run);
}

/** What a line becomes, up to its end. */
async function completed(line: string, system = aServer()): Promise<readonly string[]> {
  const output = new Output({ stdout: new MemorySink(), stderr: new MemorySink() });
  const words = line.split(" ").slice(1);
  const look = () => Promise.resolve({ system, output, nowMs: new FakeClock().now() });
  return await complete(words, { verbs: VERBS, look });
}

/** The candidates without what they are. */
function names(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.split("\t")[0] ?? "");
}

Deno.test("complete() offers every verb and help, with what each does", async () => {
  const lines = await completed("ppm ");
  assert.deepEqual(names(lines), [...VERBS.map(({ name }) => name), "help"]);
  assert.ok(lines.includes("status\tShow how the application is"));
  assert.deepEqual(names(await completed("ppm sta")), ["start", "status"]);
});

const OFFERED: readonly [string, readonly string[]][] = [
  ["ppm -v --config x sta", ["start", "status"]],
  ["ppm help sta", ["start", "status"]],
  ["ppm help status s", []],
  ["ppm --q", ["--quiet"]],
  ["ppm --config ", [":files"]],
  ["ppm --config=", [":files"]],
  ["ppm restore --to ", [":directories"]],
  ["ppm status --j", ["--json"]],
  ["ppm status --json --j", []],
  ["ppm -q status --q", []],
  ["ppm firewall --format ", ["nft", "firewalld", "ufw"]],
  ["ppm firewall --format=u", ["--format=ufw"]],
  ["ppm completions ", ["bash", "zsh", "fish"]],
  ["ppm logs ", ["web.service", "db.service"]],
  ["ppm logs web.service ", ["db.service"]],
  ["ppm restart w", ["web.service"]],
  ["ppm rollback ", ["1"]],
  ["ppm rollback 1 --with", ["--with-data"]],
  ["ppm clean ", ["data.before-20260101T030405Z", ".ppm/overwritten/page.1a2b3c4d"]],
  ["ppm restore ", ["22222222", "11111111"]],
  ["ppm restore 11", ["11111111"]],
  ["ppm setup --from=1", ["--from=11111111"]],
  ["ppm xyzzy ", ["--config", "--verbose", "--quiet", "--no-color", "--help"]],
  ["ppm xyzzy we", []],
];

for (const [line, expected] of OFFERED) {
  Deno.test(`complete() offers for "${line}" what can stand there`, async () => {
    assert.deepEqual(names(await completed(line)), expected);
  });
}

Deno.test("complete() says of snapshots, generations and what was kept how old they are and what they are worth", async () => {
  assert.deepEqual(await completed("ppm restore "), [
    "22222222\t4 minutes ago, suspect, 0 B",
    "11111111\t1 day ago, good, 1.0 KiB",
  ]);
  assert.deepEqual(await completed("ppm rollback "), ["1\tweb 0.9, made 4 minutes ago"]);
  assert.deepEqual(
    (await completed("ppm clean "))[0],
    "data.before-20260101T030405Z\tdata that a restore replaced, 1 day ago",
  );
});

Deno.test("complete() offers nothing where nothing was set up, and runs nothing", async () => {
  for (const verb of ["logs", "restore", "rollback", "clean"]) {
    const system = new FakeSystem();
    assert.deepEqual(names(await completed(`ppm ${verb} x`, system)), []);
    assert.deepEqual(system.invocations, []);
  }
});

Deno.test("complete() offers nothing where the repository fails, and says nothing of it", async () => {
  const system = aServer().program("restic", () => ({ code: 1, stderr: "Fatal: unable to open repository" }));
  const stderr = new MemorySink();
  const output = new Output({ stdout: new MemorySink(), stderr });
  const look = () => Promise.resolve({ system, output, nowMs: 0 });
  assert.deepEqual(await complete(["restore", ""], { verbs: VERBS, look }), []);
  assert.equal(stderr.text, "");
});

Deno.test("complete() leaves a repository behind that does not answer within two seconds", async () => {
  const stuck = Promise.withResolvers<{ readonly code: number }>();
  const system = aServer().program("restic", () => stuck.promise);
  const before = performance.now();
  assert.deepEqual(await completed("ppm restore ", system), []);
  assert.equal(system.invocations[0]?.timeoutMs, 1500, "restic is to be told to end before ppm ends");
  const tookMs = performance.now() - before;
  stuck.resolve({ code: 1 });
  assert.ok(tookMs > 1900 && tookMs < 20_000, `${tookMs} ms`);
});

Deno.test("complete() looks at no machine for verbs, options and fixed values", async () => {
  const look = () => Promise.reject(new Error("nobody is to look"));
  for (const words of [[""], ["status", "--"], ["firewall", "--format", ""], ["--config", ""]]) {
    assert.ok((await complete(words, { verbs: VERBS, look })).length > 0, words.join(" "));
  }
});

Deno.test("run() answers __complete with a line for each candidate, as root too, and never fails", async () => {
  const answer = { code: 0, stdout: "status\tShow how the application is\n", stderr: "" };
  assert.deepEqual(await runPpm("__complete -- stat"), answer);
  assert.deepEqual(await runPpm("__complete -- status --hel"), { ...answer, stdout: "--help\tShow help\n" });
  assert.deepEqual(await runPpm("__complete -- xyzzy x"), { ...answer, stdout: "" });
  assert.deepEqual((await runPpm("__complete")).code, 0);
});

Deno.test("run() looks no machine up for __complete where it cannot be looked up", async () => {
  const system = new FakeSystem();
  system.readFile = () => {
    throw new RangeError("unexpected");
  };
  assert.deepEqual(await runPpm("__complete -- logs x", { system }), { code: 0, stdout: "", stderr: "" });
});

Deno.test("complete() loads no verb that the build has described", async () => {
  const shapes = await verbShapes();
  const load = () => Promise.reject(new Error("nothing is to be loaded"));
  const verbs = VERBS.map((verb) => ({ ...verb, load }));
  const look = () => Promise.reject(new Error("nobody is to look"));
  for (const { name } of VERBS) {
    const lines = await complete([name, "--he"], { verbs, look, shapes });
    assert.deepEqual(lines, ["--help\tShow help"], name);
  }
  assert.deepEqual(names(await complete(["firewall", "--format="], { verbs, look, shapes })), [
    "--format=nft",
    "--format=firewalld",
    "--format=ufw",
  ]);
});

Deno.test("verbShapes() has for the build what each verb says of itself, as JSON can hold it", async () => {
  const shapes = await verbShapes();
  assert.deepEqual(Object.keys(shapes), VERBS.map(({ name }) => name));
  for (const { name, load } of VERBS) {
    assert.deepEqual(JSON.parse(JSON.stringify(shapes[name])), verbShape((await load()).command), name);
  }
});
