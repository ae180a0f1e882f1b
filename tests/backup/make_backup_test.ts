import assert from "node:assert/strict";
import { makeBackup } from "../../src/backup/make_backup.ts";
import { Narrator } from "../../src/backup/narrator.ts";
import { readIntent } from "../../src/backup/intent.ts";
import { readRecord } from "../../src/backup/record.ts";
import { leaveRequest } from "../../src/backup/request.ts";
import { type ExitName, UserError } from "../../src/errors.ts";
import { aBackupScene, IDENTITY, SOME_DATA } from "../support/backup_scene.ts";
import { aClaim, aSnapshot, listed } from "../support/snapshots.ts";
import { FakeClock } from "../support/terminal.ts";

type Scene = ReturnType<typeof aBackupScene>;

function make({ hands, job }: Scene) {
  return makeBackup(hands, job, new Narrator(hands, "1a"));
}

async function fails(scene: Scene, exit: ExitName, message: RegExp) {
  await assert.rejects(make(scene), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    assert.equal(error.exit, exit);
    return true;
  });
}

/** What stops or starts anything, or begins to. */
function pauses({ events }: Scene): readonly string[] {
  return events.filter((event) => /^(stop|start) |intent/.test(event));
}

/** What saves anything. */
function saves({ events }: Scene): readonly string[] {
  return events.filter((event) => /^restic (backup|tag)/.test(event));
}

Deno.test("makeBackup() looks at everything first, saves while the application runs, then stops it, saves, and starts it", async () => {
  const scene = aBackupScene();
  const made = await make(scene);
  assert.deepEqual(scene.events, [
    "find data",
    "restic snapshots",
    "write .ppm/RECOVER.md",
    "write .ppm/snapshot.json",
    "restic backup hot",
    "write .ppm/backup.json", // the verdict is open from here
    "write .ppm/intent.json",
    "start ppm-recover.timer",
    "stop web.service db.service",
    "write .ppm/snapshot.json",
    "restic backup good",
    "reset-failed web.service db.service",
    "start web.service db.service",
    "remove .ppm/intent.json",
    "stop ppm-recover.timer",
  ]);
  assert.deepEqual(made.verdict, { kind: "good" });
  assert.equal(made.failure, undefined);
});

Deno.test("makeBackup() says of a snapshot whose it is, how much it holds, and with what it was compared", async () => {
  const before = aSnapshot("suspect", "2026-01-01T03:00", { identity: IDENTITY });
  const other = aSnapshot("good", "2026-01-01T04:00");
  const future = aSnapshot("good", "2027-01-01T04:00", { identity: IDENTITY });
  const scene = aBackupScene({ snapshots: [before, other, future], policy: { exclude: ["cache"] } });
  const { saved } = await make(scene);
  const [hot, good] = scene.restic.commands.filter((line) => line.startsWith("backup"));
  assert.ok(hot?.includes(`--parent=${before.id}`), hot);
  assert.ok(good?.includes(`--parent=${scene.restic.saved[0]?.id}`), good);
  assert.ok(good?.endsWith("-- data .ppm"));
  for (const pattern of ["/home/app/.ppm/definition", "/home/app/.ppm/intent.json", "/home/app/data/cache"]) {
    assert.ok(good?.includes(`--exclude=${pattern} `), pattern);
  }
  assert.deepEqual(scene.restic.saved[1], {
    id: saved.snapshot,
    tags: [
      ...["ppm", "ppm-good", "ppm-app=web", `ppm-definition=${IDENTITY.definition}`],
      ...["ppm-lineage=a", "ppm-size=3/300"],
    ],
  });
});

Deno.test("makeBackup() stops nothing where the repository does not answer, is full, or is another one", async () => {
  const silent = aBackupScene();
  silent.restic.answers.snapshots = () => ({ code: 1, stderr: "Fatal: connection refused\n" });
  await fails(silent, "backup", /connection refused/);
  const full = aBackupScene();
  full.system.program("df", () => ({ stdout: "    Avail\n1000\n" }));
  await fails(full, "backup", /only .* are free there/);
  const another = aBackupScene({ record: { mine: ["9".repeat(64)] } });
  another.restic.id = "0".repeat(64);
  await fails(another, "refused", /it is another repository/);
  for (const scene of [silent, full, another]) {
    assert.deepEqual(pauses(scene), []);
    assert.deepEqual(saves(scene), []);
  }
});

Deno.test("makeBackup() asks a repository elsewhere for no room, and gives it a minute to answer", async () => {
  const scene = aBackupScene();
  scene.system.program("df", () => assert.fail("asked"));
  const backup = { ...scene.job.backup, repository: "rest:https://nas/web" };
  await make({ ...scene, job: { ...scene.job, backup } });
  const listing = scene.system.invocations.find(({ args }) => args.includes("snapshots"));
  assert.equal(listing?.timeoutMs, 60_000);
  assert.ok(listing?.args.includes("--host=web"));
});

Deno.test("makeBackup() saves nothing and stops nothing where data/ is not what it should be", async () => {
  const gone = aBackupScene();
  gone.system.removeTree("/home/app/data");
  await fails(gone, "refused", /it does not exist/);
  assert.deepEqual(gone.events, []);
});

Deno.test("makeBackup() stops nothing on a server whose claim does not stand, until it takes over", async () => {
  const scene = aBackupScene({ snapshots: [aClaim("b", 2, { identity: IDENTITY })] });
  await fails(scene, "refused", /"server-b" claimed them/);
  assert.deepEqual([...pauses(scene), ...saves(scene)], []);
  leaveRequest(scene.system, { accept: false, takeOver: true }, scene.hands.clock.now());
  await make(scene);
  assert.deepEqual(saves(scene), ["restic backup claim", "restic backup hot", "restic backup good"]);
  assert.equal(scene.lineage()?.counter, 3);
  assert.ok(scene.restic.saved.at(-1)?.tags.includes(`ppm-lineage=${scene.lineage()?.lineage}`));
});

Deno.test("makeBackup() claims an instance that nobody has before it saves anything", async () => {
  const scene = aBackupScene();
  scene.system.removeFile("/home/app/.ppm/lineage.json");
  scene.restic.snapshots = [];
  await make(scene);
  assert.deepEqual(saves(scene), ["restic backup claim", "restic backup hot", "restic backup good"]);
  assert.equal(scene.lineage()?.claimed, true);
});

Deno.test("makeBackup() calls what has shrunk suspect, unless somebody has said in time that it is meant so", async () => {
  const shrunk = { record: { expected: { entries: 7, bytes: 300 } } };
  const suspect = aBackupScene(shrunk);
  assert.equal((await make(suspect)).verdict.kind, "suspect");
  assert.deepEqual(saves(suspect), ["restic backup hot", "restic backup suspect"]);
  const accepted = aBackupScene(shrunk);
  leaveRequest(accepted.system, { accept: true, takeOver: false }, accepted.hands.clock.now());
  assert.equal((await make(accepted)).verdict.kind, "good");
  assert.deepEqual(saves(accepted), ["restic backup hot", "restic backup good"]);
  assert.equal((await make(accepted)).verdict.kind, "suspect", "a word holds for one run");
});

Deno.test("makeBackup() calls incomplete beforehand what it cannot read", async () => {
  const scene = aBackupScene({ data: [...SOME_DATA, "0 f 000 5 1000 1000 key"] });
  const { verdict } = await make(scene);
  assert.deepEqual(verdict, { kind: "incomplete", why: "Some of it cannot be read: data/key" });
  assert.deepEqual(saves(scene), ["restic backup hot", "restic backup incomplete"]);
});

const PARTLY = JSON.stringify({
  message_type: "summary",
  snapshot_id: "ab".repeat(32),
  total_files_processed: 1,
  total_bytes_processed: 1,
  data_added: 1,
});

Deno.test("makeBackup() takes the word good from a snapshot that restic could not read all of", async () => {
  const scene = aBackupScene();
  scene.restic.answers.backup = () => ({ code: 3, stdout: `${PARTLY}\n`, stderr: "" });
  scene.restic.answers.tag = () => ({ stdout: "modified tags on 1 snapshots\n" });
  const { verdict } = await make(scene);
  assert.equal(verdict.kind, "incomplete");
  assert.ok(
    scene.restic.commands.includes(`tag --json --add=ppm-incomplete --remove=ppm-good -- ${"ab".repeat(32)}`),
  );
  assert.deepEqual(pauses(scene).slice(-3), [
    "start web.service db.service",
    "remove .ppm/intent.json",
    "stop ppm-recover.timer",
  ]);
  assert.ok(scene.events.indexOf("start web.service db.service") < scene.events.indexOf("restic tag"));
});

Deno.test("makeBackup() settles what a run that was killed left open, before it saves anything", async () => {
  const left = aSnapshot("good", "2026-01-02T03:00", { identity: IDENTITY, lineage: "a" });
  const scene = aBackupScene({ snapshots: [left], record: { open: { since: left.timeMs, tags: [] } } });
  scene.restic.answers.tag = () => ({ stdout: "modified tags on 1 snapshots\n" });
  await make(scene);
  assert.deepEqual(saves(scene), ["restic tag", "restic backup hot", "restic backup good"]);
  const hot = scene.restic.commands.find((line) => line.startsWith("backup"));
  assert.ok(hot?.includes("--force"), "its id is another one now");
});

Deno.test("makeBackup() leaves the verdict open while restic works", async () => {
  const scene = aBackupScene();
  const open: unknown[] = [];
  scene.restic.answers.backup = () => {
    open.push(readRecord(scene.system).open?.tags[1]);
    return { stdout: `${PARTLY}\n` };
  };
  await make(scene);
  assert.deepEqual(open, [undefined, "ppm-good"]);
});

Deno.test("makeBackup() starts the application before anything else where the pass fails, in which it stands still", async () => {
  const scene = aBackupScene({ policy: { hot: false } });
  scene.restic.answers.backup = () => ({ code: 1, stderr: "Fatal: no space left on device\n" });
  await fails(scene, "backup", /no space left/);
  assert.deepEqual(
    scene.events.slice(scene.events.indexOf("restic backup good") + 1),
    [
      "reset-failed web.service db.service",
      "start web.service db.service",
      "remove .ppm/intent.json",
      "stop ppm-recover.timer",
    ].flatMap((event) => event),
  );
  assert.deepEqual([...scene.down], ["ppm-recover.timer"]);
  assert.notEqual(readRecord(scene.system).open, null, "what restic left behind is not known");
});

Deno.test("makeBackup() waits for a locked repository with the application running, never stopped", async () => {
  const scene = aBackupScene({ policy: { hot: false } });
  let locked = 2;
  const before = scene.restic.run;
  scene.system.program("restic", (args, invocation) => {
    if (args[0] === "unlock") return { stdout: "" };
    if (args[0] === "backup" && locked-- > 0) {
      return {
        code: 11,
        stderr: "unable to create lock in backend: repository is already locked by PID 7\n",
      };
    }
    return before(args, invocation);
  });
  await make(scene);
  const order = scene.events.filter((event) => /^(stop web|start web|restic (backup|unlock))/.test(event));
  assert.deepEqual(order, [
    "stop web.service db.service",
    "restic backup good",
    "start web.service db.service",
    "restic backup hot",
    "restic unlock",
    "restic backup hot",
    "stop web.service db.service",
    "restic backup good",
    "start web.service db.service",
  ]);
});

Deno.test("makeBackup() stops nothing where nothing runs, or where the policy says so", async () => {
  for (const options of [{ stopped: ["web.service", "db.service"] }, { policy: { stop: false } }]) {
    const scene = aBackupScene(options);
    const { downMs } = await make(scene);
    assert.equal(downMs, 0);
    assert.deepEqual(pauses(scene), []);
    assert.deepEqual(saves(scene), ["restic backup good"]);
  }
});

Deno.test("makeBackup() finishes first what an interrupted one left", async () => {
  const scene = aBackupScene({ stopped: ["web.service"] });
  const intent = {
    version: 1,
    operation: "backup",
    units: ["web.service"],
    boot: "boot-1",
    time: "2026-01-02T03:00:00Z",
  };
  scene.system.addFile("/home/app/.ppm/intent.json", JSON.stringify(intent));
  scene.events.length = 0;
  await make(scene);
  assert.deepEqual(scene.events.slice(0, 2), ["reset-failed web.service", "start web.service"]);
  assert.ok(scene.events.includes("stop web.service db.service"), "what ran before is stopped and started");
  assert.equal(readIntent(scene.system), undefined);
});

Deno.test("makeBackup() removes an application's request before it looks at anything: what comes later asks anew", async () => {
  const scene = aBackupScene({ policy: { request: "dumps/done", stop: false, oncalendar: null } });
  scene.system.addFile("/home/app/data/dumps/done", "");
  scene.events.length = 0;
  await make(scene);
  assert.deepEqual(scene.events.slice(0, 2), ["remove data/dumps/done", "find data"]);
});

Deno.test("makeBackup() works inside podman unshare where containers own files, and says so", async () => {
  const scene = aBackupScene({ data: ["0 d 700 0 100998 100998 db"] });
  scene.system.addFile("/etc/subuid", "app:100000:65536\n");
  const inside = ["1 d 700 0 0 0 ", "1 d 700 0 999 999 db", "1 f 600 7 999 999 db/x"].map((line) =>
    `${line}\0`
  );
  scene.system.program("podman", (args, invocation) => {
    if (!args.includes("restic")) return { stdout: inside.join("") };
    return scene.restic.run(args.slice(args.indexOf("restic") + 1), invocation);
  });
  const { scan } = await make(scene);
  assert.deepEqual(scan, { entries: 2, bytes: 7, unreadable: [], unshare: true });
  assert.equal(scene.restic.saved.length, 2);
  assert.ok(scene.restic.saved.every(({ tags }) => tags.includes("ppm-unshare")));
  assert.equal(
    scene.system.commands.filter((line) => /^podman unshare .* restic backup /s.test(line)).length,
    2,
  );
});

Deno.test("makeBackup() has its verdict open in a pass that stops nothing as well, and saves under the instance's name", async () => {
  const scene = aBackupScene({ policy: { stop: false } });
  let open: string | undefined;
  scene.restic.answers.backup = (args) => {
    open = readRecord(scene.system).open?.tags[1];
    assert.ok(args.includes("--host=web"));
    return { stdout: `${PARTLY}\n` };
  };
  await make(scene);
  assert.equal(open, "ppm-good");
});

Deno.test("makeBackup() calls nothing a backup that made no snapshot, whatever restic exits with", async () => {
  const scene = aBackupScene({ policy: { hot: false } });
  const none = JSON.stringify({ message_type: "summary", total_files_processed: 0 });
  scene.restic.answers.backup = () => ({ code: 3, stdout: `${none}\n` });
  await fails(scene, "backup", /Cannot save the data: restic made no snapshot/);
  assert.ok(!scene.down.has("web.service"));
});

Deno.test("makeBackup() gives up a pass that stands still after a minute, in which the application stands still too", async () => {
  const scene = aBackupScene({ policy: { hot: false } });
  const { clock } = scene.hands;
  clock.sleep = FakeClock.prototype.sleep;
  scene.restic.answers.backup = () => ({ stdout: `${PARTLY}\n` });
  const restic = scene.restic.run;
  scene.system.program("restic", async (args, invocation) => {
    if (args[0] === "backup") { for (let turn = 0; turn < 500; turn++) await Promise.resolve(); }
    return await restic(args, invocation);
  });
  await fails(scene, "backup", /restic has not moved for 1 minute$/);
  assert.ok(scene.events.includes("start web.service db.service"));
});

Deno.test("makeBackup() settles an open verdict once, also where it fails afterwards", async () => {
  const left = aSnapshot("good", "2026-01-02T03:00", { identity: IDENTITY, lineage: "a" });
  const scene = aBackupScene({ snapshots: [left], record: { open: { since: left.timeMs, tags: [] } } });
  scene.restic.answers.tag = () => ({ stdout: "modified tags on 1 snapshots\n" });
  scene.restic.answers.backup = () => ({ code: 1, stderr: "Fatal: no space left on device\n" });
  await fails(scene, "backup", /no space left/);
  assert.equal(readRecord(scene.system).open, null);
});

Deno.test("makeBackup() leaves RECOVER.md as it is while data/ is in doubt: it tells how to bring back what is good", async () => {
  const scene = aBackupScene({ record: { expected: { entries: 7, bytes: 300 } } });
  scene.system.addFile("/home/app/.ppm/RECOVER.md", "of the good one");
  await make(scene);
  assert.equal(scene.system.files["/home/app/.ppm/RECOVER.md"], "of the good one");
});

Deno.test("makeBackup() without a hot pass compares with the snapshot of before: the application waits for what has changed alone", async () => {
  const before = aSnapshot("good", "2026-01-01T03:00", { identity: IDENTITY });
  const scene = aBackupScene({ snapshots: [before], policy: { hot: false } });
  await make(scene);
  const passes = scene.restic.commands.filter((line) => line.startsWith("backup"));
  assert.equal(passes.length, 1);
  assert.ok(passes[0]?.includes(`--parent=${before.id}`), passes[0]);
});

Deno.test("makeBackup() names a snapshot that is not whole as restic calls it with its new tags", async () => {
  const scene = aBackupScene();
  scene.restic.answers.backup = () => ({ code: 3, stdout: `${PARTLY}\n` });
  scene.restic.answers.tag = () => {
    const tagged = aSnapshot("incomplete", "2026-01-02T03:05", { identity: IDENTITY, id: "cd".repeat(32) });
    const [entry] = JSON.parse(listed([tagged]));
    scene.restic.answers.snapshots = () => ({
      stdout: JSON.stringify([{ ...entry, original: "ab".repeat(32) }]),
    });
    return { stdout: "modified tags on 1 snapshots\n" };
  };
  const { saved } = await make(scene);
  assert.equal(saved.snapshot, "cd".repeat(32));
});

Deno.test("makeBackup() starts the application, and waits, where the repository is locked only when it was stopped; three times at most", async () => {
  const scene = aBackupScene();
  let locked = 1;
  scene.restic.answers.backup = (args) => {
    if (args.includes("--tag=ppm-good") && locked-- > 0) {
      return { code: 11, stderr: "unable to create lock in backend: repository is already locked" };
    }
    return { stdout: `${PARTLY}\n` };
  };
  await make(scene);
  assert.deepEqual(scene.events.filter((event) => /^(stop|start) web|backup (hot|good)/.test(event)), [
    ...[
      "restic backup hot",
      "stop web.service db.service",
      "restic backup good",
      "start web.service db.service",
    ],
    ...[
      "restic backup hot",
      "stop web.service db.service",
      "restic backup good",
      "start web.service db.service",
    ],
  ]);
  locked = Infinity;
  scene.events.length = 0;
  await fails(scene, "backup", /already locked/);
  assert.equal(scene.events.filter((event) => event.startsWith("stop web")).length, 3);
  assert.equal(scene.events.filter((event) => event.startsWith("start web")).length, 3);
});
