import assert from "node:assert/strict";
import { publishTimes } from "../../src/backup/state_times.ts";
import { digestOfSeen, readTimes } from "../../src/neighbours/published_times.ts";
import { formatState } from "../../src/neighbours/state_file.ts";
import { updateRecord } from "../../src/backup/record.ts";
import { writeDrill } from "../../src/backup/drill_record.ts";
import { sha256 } from "../../src/plan/digest.ts";
import { hasStamps, type Manifest } from "../../src/plan/manifest.ts";
import { readManifest } from "../../src/plan/read_manifest.ts";
import { aRecord } from "../support/backup.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest } from "../support/manifest.ts";

const PATH = "/var/lib/ppm/state/app/state.yml";

function content(times: Parameters<typeof formatState>[0]["times"]): string {
  return formatState(
    {
      version: 1,
      instance: "web",
      user: "app",
      host: "server",
      app: { name: "web", description: "", version: "1" },
      definition: { repository: "r", commit: "c".repeat(40) },
      units: [],
      plugins: {},
      state: { text: "times:" },
      times,
    },
    [],
    { line: 1, column: 1 },
  );
}

async function published(text: string): Promise<{ system: FakeSystem; manifest: Manifest }> {
  const system = new FakeSystem({ files: { [PATH]: text, "/home/app/.ppm/x": "" } });
  const { size, modifiedMs, inode } = system.lstat(PATH)!;
  const stateFile = {
    path: PATH,
    told: "what neighbours know",
    sha256: await sha256(text),
    mode: 0o644,
    size,
    modifiedMs,
    inode,
    origin: "ppm",
    changedMs: 0,
  };
  return { system, manifest: aManifest({ stateFile }) };
}

const TIMES = { backup: "2026-03-01T03:00:00.000Z" };

Deno.test("publishTimes() makes the state file what setup would make it, and keeps the manifest's stamps in step", async () => {
  const { system, manifest } = await published(content({}));
  system.nowMs += 1000;
  const updated = await publishTimes(system, manifest, TIMES);
  assert.equal(system.files[PATH], content(TIMES));
  assert.deepEqual(readManifest(system)?.stateFile, updated.stateFile);
  assert.ok(hasStamps(system.lstat(PATH)!, updated.stateFile!));
  assert.equal(updated.stateFile?.sha256, await sha256(content(TIMES)));
  const both = { backup: "2026-03-02T03:00:00.000Z", drill: "2026-03-02T04:00:00.000Z" };
  await publishTimes(system, updated, both);
  assert.equal(system.files[PATH], content(both));
});

Deno.test("publishTimes() writes nothing where nothing changed", async () => {
  const { system, manifest } = await published(content(TIMES));
  const before = system.files;
  assert.equal(await publishTimes(system, manifest, TIMES), manifest);
  assert.deepEqual(system.files, before);
});

Deno.test("publishTimes() does not hide from setup that somebody edited the state file", async () => {
  const edited = content({}).replace("host: server", "host: other");
  const { system, manifest } = await published(content({}));
  system.addFile(PATH, edited);
  assert.equal(await publishTimes(system, manifest, TIMES), manifest);
  assert.match(system.files[PATH] ?? "", /^host: other$[^]*^times:\n {2}backup: /m);
});

Deno.test("publishTimes() leaves alone what is no state file of ppm's, and does without one", async () => {
  const { system, manifest } = await published("something else\n");
  await publishTimes(system, manifest, TIMES);
  assert.equal(system.files[PATH], "something else\n");
  assert.equal((await publishTimes(system, aManifest(), TIMES)).stateFile, null);
});

Deno.test("readTimes() tells of the last good backup, and of the last drill if it went well", () => {
  const system = new FakeSystem({ files: { "/home/app/.ppm/x": "" } });
  assert.deepEqual(readTimes(system), {});
  updateRecord(system, aRecord(Date.UTC(2026, 2, 1, 3)));
  const drill = {
    version: 1 as const,
    time: Date.UTC(2026, 2, 1, 4),
    snapshot: null,
    durationMs: 1,
    entries: 1,
    bytes: 1,
    message: "",
  };
  writeDrill(system, { ...drill, outcome: "backup" });
  assert.deepEqual(readTimes(system), TIMES);
  writeDrill(system, { ...drill, outcome: "done" });
  assert.deepEqual(readTimes(system), { ...TIMES, drill: "2026-03-01T04:00:00.000Z" });
  system.addFile("/home/app/.ppm/backup.json", "{");
  assert.deepEqual(readTimes(system), { drill: "2026-03-01T04:00:00.000Z" });
});

Deno.test("publishTimes() tells the neighbours nothing: times alone are no reason to render anything anew", async () => {
  const { system, manifest } = await published(content({}));
  const updated = await publishTimes(system, manifest, TIMES);
  assert.deepEqual(system.touched, []);
  assert.equal(updated.stateFile?.told, "what neighbours know");
});

Deno.test("digestOfSeen() is the same whatever the times are, and another for all else", async () => {
  assert.equal(await digestOfSeen(content(TIMES)), await digestOfSeen(content({})));
  assert.notEqual(
    await digestOfSeen(content({}).replace("host: server", "host: other")),
    await digestOfSeen(content({})),
  );
});
