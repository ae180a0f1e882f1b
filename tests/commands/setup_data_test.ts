import assert from "node:assert/strict";
import { type DataFlags, dataRequest, writeRecoverText } from "../../src/commands/setup_data.ts";
import { checkConfig } from "../../src/config/check_config.ts";
import { identityOf } from "../../src/backup/tags.ts";
import type { Manifest } from "../../src/plan/manifest.ts";
import { makePlan } from "../../src/plan/plan.ts";
import { Output } from "../../src/ui/output.ts";
import { planInput } from "../plan/plan_fixture.ts";
import { aPolicy } from "../support/backup.ts";
import { FAKE_USER, FakeSystem } from "../support/fake_system.ts";
import { aManifest } from "../support/manifest.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

const BACKUP = "\nbackup: { repository: /srv/restic, passwordfile: .restic-password }\n";
const PASSWORD = "/home/app/.restic-password";
const BACKED_UP = aManifest({ backup: aPolicy() });

function aServer(text = BACKUP, { mode = 0o600 } = {}) {
  const system = new FakeSystem();
  system.addFile(PASSWORD, "secret", mode);
  system.addFile("/home/app/.ppm/manifest.json", JSON.stringify(BACKED_UP));
  const output = new Output({ stdout: new MemorySink(), stderr: new MemorySink() });
  const config = checkConfig(`definition: { repository: "https://git.example.org/web.git" }${text}`, {
    file: "config.yml",
    user: FAKE_USER,
  });
  const context = {
    system,
    output,
    clock: new FakeClock(),
    configFile: undefined,
    plugins: () => Promise.resolve([]),
  };
  return { context, config, system };
}

const PLAIN: DataFlags = { fresh: false, from: undefined, stopBackups: false };

/** Asks for a definition that stands as `manifest` says. */
function ask(
  manifest: Manifest,
  flags: Partial<DataFlags> = {},
  server = aServer(),
) {
  const { context, config } = server;
  return dataRequest(context, { config }, { prepared: undefined, manifest }, { ...PLAIN, ...flags });
}

Deno.test("dataRequest() asks about the data of an application that is backed up, and of no other", async () => {
  assert.deepEqual((await ask(BACKED_UP, { fresh: true }))?.identity, await identityOf(BACKED_UP));
  assert.equal(await ask(aManifest()), undefined);
});

Deno.test("dataRequest() refuses --fresh and --from where nothing is backed up", async () => {
  await assert.rejects(ask(aManifest(), { fresh: true }), { exit: "usage", message: /^Cannot use --fresh/ });
  await assert.rejects(ask(aManifest(), { from: "4f2c" }), { exit: "usage", message: /^Cannot use --from/ });
});

Deno.test("dataRequest() refuses a config.yml without backup, and a password that others can read, though nobody asks the repository yet", async () => {
  await assert.rejects(ask(BACKED_UP, {}, aServer("\n")), {
    exit: "invalid",
    message: /Missing key "backup"/,
  });
  await assert.rejects(ask(BACKED_UP, {}, aServer(BACKUP, { mode: 0o644 })), {
    exit: "invalid",
    message: /others can use it/,
  });
});

Deno.test("dataRequest() lets backups end only by a word", async () => {
  const { context, config } = aServer();
  const input = planInput({ files: [], manifest: BACKED_UP });
  const prepared = {
    ...input,
    plan: makePlan(input),
    config: BACKED_UP.config,
    neighbours: null,
    secrets: [],
    warnings: [],
  };
  const planned = { prepared, manifest: BACKED_UP };
  assert.equal(prepared.desired.backup, null);
  await assert.rejects(dataRequest(context, { config }, planned, PLAIN), {
    exit: "refused",
    hint: "If that is meant: ppm setup --stop-backups",
  });
  assert.equal(await dataRequest(context, { config }, planned, { ...PLAIN, stopBackups: true }), undefined);
});

Deno.test("writeRecoverText() writes how to bring the application back once, and leaves what a backup wrote", async () => {
  const { context, system } = aServer();
  const request = await ask(BACKED_UP) ?? assert.fail();
  writeRecoverText(context, request, { kind: "keep" });
  const path = "/home/app/.ppm/RECOVER.md";
  assert.match(system.files[path] ?? "", /restic/);
  assert.equal(system.lstat(path)?.mode, 0o600);
  system.addFile(path, "of a backup");
  writeRecoverText(context, request, { kind: "keep" });
  assert.equal(system.files[path], "of a backup");
});
