import assert from "node:assert/strict";
import { readRecord, updateRecord } from "../../src/backup/record.ts";
import { previewData, settleData, type SettleRequest } from "../../src/backup/settle_data.ts";
import { type ExitName, UserError } from "../../src/errors.ts";
import { ReadOnlySystem } from "../../src/host/read_only_system.ts";
import { aBackupScene, IDENTITY, type SceneOptions } from "../support/backup_scene.ts";
import { makeRestorable, type RestoreOptions } from "../support/restorable.ts";
import { aClaim, aSnapshot } from "../support/snapshots.ts";

const HOME = "/home/app";
const GOOD = aSnapshot("good", "2026-01-01T03:00", { identity: IDENTITY, lineage: "a" });
const LOST = [aClaim("a", 1, { identity: IDENTITY }), GOOD];

/** A new server: nothing in its home directory, and a repository with `snapshots`. */
function aNewServer(snapshots: SceneOptions["snapshots"] = LOST, options: RestoreOptions = {}) {
  const scene = aBackupScene();
  for (const name of ["data", ".ppm/lineage.json", ".ppm/backup.json"]) {
    scene.system.removeTree(`${HOME}/${name}`);
  }
  scene.restic.snapshots = [...snapshots];
  makeRestorable(scene, options);
  scene.events.length = 0;
  return scene;
}

type Scene = ReturnType<typeof aNewServer>;

function settle({ hands, job }: Scene, asked: Partial<SettleRequest> = {}) {
  return settleData(hands, {
    backup: job.backup,
    identity: IDENTITY,
    fresh: false,
    from: undefined,
    ...asked,
  });
}

async function fails(promise: Promise<unknown>, exit: ExitName, message: RegExp) {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    assert.equal(error.exit, exit);
    return true;
  });
}

/** The files below the home directory that are the application's, and what restores leave. */
function data({ system }: Scene): Record<string, string> {
  return Object.fromEntries(
    Object.entries(system.files).filter(([path]) => path.startsWith(`${HOME}/data`)),
  );
}

Deno.test("settleData() restores beside, compares, says who it is, puts in place, and only then claims", async () => {
  const scene = aNewServer();
  const { system } = scene;
  let atSync: unknown;
  system.program("sync", (args) => {
    assert.match(args.join(" "), /^--file-system -- \/home\/app\/data\.restore-[0-9a-f]{8}$/);
    atSync = [system.lstat(`${HOME}/data`), scene.lineage()];
    return {};
  });
  scene.restic.answers.backup = () => {
    assert.equal(system.files[`${HOME}/data/page`], "restored");
    assert.equal(scene.lineage()?.claimed, false);
    const summary = { message_type: "summary", snapshot_id: "ab".repeat(32) };
    return { stdout: `${JSON.stringify(summary)}\n` };
  };
  assert.equal((await settle(scene)).kind, "restore");
  assert.deepEqual(
    atSync,
    [undefined, undefined],
    "nobody may take for the data what is not on the disk yet",
  );
  const events = scene.events.map((event) => event.replace(/data\.restore-[0-9a-f]{8}/, "data.restore"));
  assert.deepEqual(events, [
    ...["restic cat", "restic snapshots", "restic ls", "restic restore", "find data"],
    ...["write .ppm/lineage.json", "write .ppm/backup.json", "write .ppm/swap.json"],
    "rename data.restore/data to data",
    "remove .ppm/swap.json",
    "restic cat", // nothing is in the list that this server is known to have made
    ...[
      "write .ppm/lineage.json",
      "restic backup claim",
      "write .ppm/lineage.json",
      "write .ppm/backup.json",
    ],
  ]);
  assert.deepEqual(data(scene), { [`${HOME}/data/page`]: "restored" });
  const { lineage, ...rest } = scene.lineage() ?? assert.fail();
  assert.notEqual(lineage, "a");
  assert.deepEqual(rest, {
    version: 1,
    counter: 2,
    claimed: true,
    fresh: false,
    repository: { id: scene.restic.id, location: "/srv/restic" },
  });
  assert.deepEqual(readRecord(system).expected, { entries: 1, bytes: 8 });
  assert.ok(scene.restic.commands.some((line) => /^restore --json --verify --target=\S+ -- /.test(line)));
});

Deno.test("settleData() asks nothing of the repository where data/ stands and is claimed", async () => {
  const scene = aNewServer();
  scene.system.addFile(`${HOME}/data/page`, "mine");
  scene.system.addFile(
    `${HOME}/.ppm/lineage.json`,
    JSON.stringify({ version: 1, lineage: "a", counter: 1, claimed: true, fresh: false, repository: null }),
  );
  assert.equal((await settle(scene)).kind, "keep");
  assert.deepEqual(scene.restic.commands, []);
});

Deno.test("settleData() finishes a claim that was not finished, over data that stands", async () => {
  const scene = aNewServer();
  scene.system.addFile(`${HOME}/data/page`, "mine");
  const lineage = { version: 1, lineage: "b", counter: 2, claimed: false, fresh: false, repository: null };
  scene.system.addFile(`${HOME}/.ppm/lineage.json`, JSON.stringify(lineage));
  await settle(scene);
  assert.equal(scene.lineage()?.claimed, true);
  assert.ok(scene.restic.saved[0]?.tags.includes("ppm-counter=2"));
  assert.deepEqual(data(scene), { [`${HOME}/data/page`]: "mine" });
});

Deno.test("settleData() puts nothing in place that is not what the snapshot lists, and names it", async () => {
  const damages: readonly [(files: Map<string, string>) => unknown, RegExp][] = [
    [(files) => files.delete("data/page"), /\ndata\/page: it is missing$/],
    [(files) => files.set("data/page", "half"), /\ndata\/page: expected 8 bytes, found 4$/],
    [(files) => files.set("data/more", "x"), /\ndata\/more: it is not in the snapshot$/],
  ];
  for (const [damage, message] of damages) {
    const scene = aNewServer(LOST, { damage: (files) => void damage(files) });
    await fails(settle(scene), "backup", message);
    assert.equal(scene.system.lstat(`${HOME}/data`), undefined);
    assert.equal(scene.lineage(), undefined);
    assert.deepEqual(scene.restic.saved, []);
  }
});

Deno.test("settleData() leaves data/ missing where restic fails, and begins anew after it", async () => {
  const scene = aNewServer();
  const whole = scene.restic.answers.restore;
  scene.restic.answers.restore = (args) => {
    whole?.(args);
    return { code: 1, stderr: "Fatal: There were 1 errors\n" };
  };
  await fails(settle(scene), "backup", /There were 1 errors/);
  assert.equal(scene.system.lstat(`${HOME}/data`), undefined);
  if (whole !== undefined) scene.restic.answers.restore = whole;
  await settle(scene);
  assert.deepEqual(data(scene), { [`${HOME}/data/page`]: "restored" }, "what was left behind is gone");
});

Deno.test("settleData() restores nothing where there is no room for it", async () => {
  const scene = aNewServer();
  scene.system.program("df", () => ({ stdout: "    Avail\n8\n" }));
  await fails(settle(scene), "backup", /it takes 34 B, and 8 B are free/);
  assert.ok(!scene.restic.commands.some((line) => line.startsWith("restore")));
});

Deno.test("settleData() restores no snapshot without data/, and none whose owners cannot be given back", async () => {
  const empty = aNewServer();
  empty.restic.answers.ls = () => ({ stdout: `${JSON.stringify({ struct_type: "snapshot" })}\n` });
  await fails(settle(empty), "backup", /there is no data\/ in it/);
  const unshare = aNewServer([{ ...GOOD, unshare: true }]);
  await fails(settle(unshare), "refused", /podman is not installed/);
  unshare.system.program("podman", () => ({}));
  await fails(settle(unshare), "refused", /no subordinate ids/);
  unshare.system.addFile("/etc/subuid", "app:100000:65536\n");
  unshare.system.program("podman", () => ({ stdout: "0 1000 1\n1 100000 100\n" }));
  await fails(settle(unshare), "refused", /has the uid 4711, and app's subordinate ids reach up to 100$/);
  assert.ok(
    ![...empty.restic.commands, ...unshare.restic.commands].some((line) => line.startsWith("restore")),
  );
});

Deno.test("settleData() begins with nothing only by a word, where there is nothing, and claims that", async () => {
  const scene = aNewServer([]);
  await fails(settle(scene), "refused", /the repository holds no snapshot of "web"; it is empty/);
  assert.equal(scene.system.lstat(`${HOME}/data`), undefined);
  assert.equal((await settle(scene, { fresh: true })).kind, "fresh");
  assert.equal(scene.system.lstat(`${HOME}/data`)?.mode, 0o700);
  assert.deepEqual([scene.lineage()?.fresh, scene.lineage()?.claimed, scene.lineage()?.counter], [
    true,
    true,
    1,
  ]);
  assert.equal((await settle(scene)).kind, "keep", "an empty data/ is on record now");
});

Deno.test("settleData() believes an empty data/ no longer once there was something in it", async () => {
  const scene = aNewServer([]);
  await settle(scene, { fresh: true });
  updateRecord(scene.system, { expected: { entries: 3, bytes: 300 } });
  await fails(settle(scene), "refused", /it is empty, and nothing says that it should be/);
});

Deno.test("settleData() takes an error of restic's for no empty repository", async () => {
  for (const command of ["cat", "snapshots"]) {
    const scene = aNewServer([]);
    scene.restic.answers[command] = () => ({ code: 1, stderr: "Fatal: unable to open config file\n" });
    await fails(settle(scene, { fresh: true }), "backup", /unable to open config file/);
    assert.equal(scene.system.lstat(`${HOME}/data`), undefined);
  }
});

Deno.test("settleData() brings nothing back from another repository than the one that this server has used", async () => {
  const scene = aNewServer();
  const repository = { id: "0".repeat(64), location: "/srv/other" };
  const lineage = { version: 1, lineage: "a", counter: 1, claimed: true, fresh: false, repository };
  scene.system.addFile(`${HOME}/.ppm/lineage.json`, JSON.stringify(lineage));
  await fails(
    settle(scene),
    "refused",
    /another repository than the one that this server has used \(\/srv\/other\)/,
  );
  await fails(settle(scene, { fresh: true }), "refused", /another repository/);
});

Deno.test("previewData() says the same, and changes nothing", async () => {
  const scene = aNewServer();
  const before = scene.system.files;
  const hands = { ...scene.hands, system: new ReadOnlySystem(scene.system) };
  const step = await previewData(hands, {
    backup: scene.job.backup,
    identity: IDENTITY,
    fresh: false,
    from: undefined,
  });
  assert.equal(step.kind === "restore" && step.snapshot.id, GOOD.id);
  assert.deepEqual(scene.system.files, before);
});

Deno.test("settleData() lets nobody else look into what it restores, and waits for a repository that is locked", async () => {
  const scene = aNewServer();
  const restore = scene.restic.answers.restore;
  let locked = 2;
  scene.restic.answers.unlock = () => ({});
  scene.restic.answers.restore = (args) => {
    const target = args.find((arg) => arg.startsWith("--target="))?.slice("--target=".length) ?? "";
    assert.equal(scene.system.lstat(target)?.mode, 0o700);
    if (locked-- === 0) return restore?.(args) ?? {};
    return { code: 11, stderr: "unable to create lock in backend: repository is already locked by PID 7\n" };
  };
  assert.equal((await settle(scene)).kind, "restore");
  assert.equal(scene.restic.commands.filter((line) => line.startsWith("unlock")).length, 2);
});

Deno.test("settleData() restores inside podman unshare what was saved there, with the ids of in there", async () => {
  const scene = aNewServer([{ ...GOOD, unshare: true }]);
  scene.system.addFile("/etc/subuid", "app:100000:65536\n");
  const inside: string[] = [];
  let owner = 4711;
  const find = (args: readonly string[]) => ({
    stdout: ["1 d 700 0 0 0 ", ...listing(scene, args[1] ?? "")].map((line) => `${line}\0`).join(""),
  });
  const listing = ({ system }: Scene, top: string): readonly string[] =>
    [".ppm", "data"].flatMap((name) => [
      `1 d 700 0 ${owner} 4711 ${name}`,
      ...(system.readDirectory(`${top}/${name}`) ?? []).map((file) =>
        `1 f 600 ${system.lstat(`${top}/${name}/${file}`)?.size} ${owner} 4711 ${name}/${file}`
      ),
    ]);
  scene.system.program("podman", async (args, invocation) => {
    const [program = "", ...rest] = args.slice(args.indexOf("sh", 2) + 1);
    inside.push(program);
    if (program === "cat") return { stdout: "0 1000 1\n1 100000 65536\n" };
    if (program === "rm") scene.system.removeTree(rest.at(-1) ?? "");
    return program === "restic"
      ? await scene.restic.run(rest, invocation)
      : program === "find"
      ? find(rest)
      : {};
  });
  owner = 1000;
  await fails(settle(scene), "backup", /\n\.ppm: expected owner 4711, found 1000\n/);
  owner = 4711;
  assert.equal((await settle(scene)).kind, "restore");
  assert.deepEqual([...new Set(inside)].sort(), ["cat", "find", "restic", "rm"]);
});

Deno.test("settleData() finds out that groups cannot be given back, and takes no file for data/", async () => {
  const scene = aNewServer([{ ...GOOD, unshare: true }]);
  scene.system.addFile("/etc/subuid", "app:100000:65536\n");
  scene.system.program("podman", (args) => ({
    stdout: args.at(-1) === "/proc/self/uid_map" ? "0 1000 1\n1 100000 65536\n" : "0 1000 1\n1 100000 4710\n",
  }));
  await fails(settle(scene), "refused", /has the gid 4711, and app's subordinate ids reach up to 4710$/);
  const file = aNewServer();
  file.restic.answers.ls = () => ({
    stdout: [
      { struct_type: "snapshot" },
      { struct_type: "node", path: "/data", type: "file", size: 1, mode: 0o600, uid: 1, gid: 1 },
    ].map((line) => `${JSON.stringify(line)}\n`).join(""),
  });
  await fails(settle(file), "backup", /there is no data\/ in it/);
});

Deno.test("settleData() does not take for the same what it cannot look into", async () => {
  const scene = aNewServer();
  const whole = { stdout: "" };
  scene.system.program("find", (args) => {
    const { uid, gid } = scene.system.user;
    const top = args[1] ?? "";
    const lines = [".ppm", "data"].flatMap((name) => [
      `${name === "data" ? 0 : 1} d 700 0 ${uid} ${gid} ${name}`,
      ...(scene.system.readDirectory(`${top}/${name}`) ?? []).map((file) =>
        `1 f 600 ${scene.system.lstat(`${top}/${name}/${file}`)?.size} ${uid} ${gid} ${name}/${file}`
      ),
    ]);
    return { ...whole, stdout: [`1 d 700 0 ${uid} ${gid} `, ...lines].map((line) => `${line}\0`).join("") };
  });
  await fails(settle(scene), "backup", /\ndata: it cannot be read$/);
});
