import assert from "node:assert/strict";
import { freeBytes } from "../../src/host/disk_space.ts";
import { bootId, machineId } from "../../src/host/identity.ts";
import { isMountPoint, parseMountPoints } from "../../src/host/mounts.ts";
import { notify } from "../../src/host/notify.ts";
import { bytesWritten } from "../../src/host/process_io.ts";
import { RealSystem } from "../../src/host/real_system.ts";
import { readRuntimeFile, writeRuntimeFile } from "../../src/host/runtime_file.ts";
import { removeTree, syncFileSystem } from "../../src/host/trees.ts";
import { hasSubordinateIds } from "../../src/host/user_namespace.ts";
import { FakeSystem } from "../support/fake_system.ts";

/** The real machine with a home directory that is surely there. */
class Machine extends RealSystem {
  override readonly user = { name: "app", uid: 0, gid: 0, home: "/", runtimedirectory: "/run" };
}

const MOUNTS = [
  "22 1 0:21 / / rw,relatime shared:1 - ext4 /dev/vda1 rw",
  "40 22 0:30 / /srv/my\\040disk/app/data rw - xfs /dev/vdb rw",
  "",
].join("\n");

Deno.test("isMountPoint() finds a mount by its real path, blanks and links included", async () => {
  const system = new FakeSystem().program("cat", () => ({ stdout: MOUNTS }));
  system.addLink("/home/app", "/srv/my disk/app");
  assert.equal(await isMountPoint(system, "/home/app/data"), true);
  assert.equal(await isMountPoint(system, "/home/app/data/x"), false);
  assert.equal(await isMountPoint(system, "/srv/my disk/app/data"), true);
  assert.deepEqual(parseMountPoints(MOUNTS), ["/", "/srv/my disk/app/data"]);
  assert.equal(await isMountPoint(new Machine(), "/proc"), true);
});

Deno.test("freeBytes() reads df, and guesses nothing", async () => {
  assert.ok(await freeBytes(new Machine(), "/") > 0);
  const system = new FakeSystem().program("df", () => ({ stdout: "     Avail\n         -\n" }));
  await assert.rejects(freeBytes(system, "/x"), /Cannot tell how much room there is at \/x/);
});

Deno.test("bootId() and machineId() name the machine and its life", async () => {
  assert.match(await bootId(new Machine()), /^[0-9a-f-]{36}$/);
  assert.equal(machineId(new FakeSystem({ files: { "/etc/machine-id": "abc\n" } })), "abc");
  assert.equal(machineId(new FakeSystem({ files: { "/etc/machine-id": "" } })), undefined);
  assert.equal(machineId(new FakeSystem()), undefined);
});

Deno.test("notify() tells systemd where it listens, and nobody elsewhere", async () => {
  const system = new FakeSystem().program("systemd-notify", () => ({}));
  await notify(system, "READY=1");
  assert.deepEqual(system.commands, []);
  system.variables.NOTIFY_SOCKET = "/run/user/1000/systemd/notify";
  await notify(system, "READY=1", "STATUS=a\nb");
  assert.deepEqual(system.commands, ["systemd-notify -- READY=1 STATUS=a b"]);
  assert.deepEqual(system.invocations[0]?.environment, { NOTIFY_SOCKET: "/run/user/1000/systemd/notify" });
});

Deno.test("hasSubordinateIds() knows a range by the user's name and by its number", () => {
  const lines: Readonly<Record<string, boolean>> = {
    "app:100000:65536": true,
    "1000:100000:65536": true,
    "application:100000:65536": false,
    "app:100000:0": false,
    "app": false,
    "": false,
  };
  for (const [line, expected] of Object.entries(lines)) {
    const system = new FakeSystem({ files: { "/etc/subuid": `other:1:2\n${line}\n` } });
    assert.equal(hasSubordinateIds(system), expected, line);
  }
  assert.equal(hasSubordinateIds(new FakeSystem()), false);
});

Deno.test("removeTree() and syncFileSystem() work on the real machine, and removeTree() inside podman unshare where told", async () => {
  const system = new Machine();
  const top = Deno.makeTempDirSync();
  Deno.writeTextFileSync(`${top}/-f`, "");
  await syncFileSystem(system, top);
  await removeTree(system, top, { unshare: false });
  assert.equal(system.lstat(top), undefined);
  await removeTree(system, top, { unshare: false });
  const fake = new FakeSystem().program("podman", () => ({}));
  await removeTree(fake, "/home/app/data.drill-1", { unshare: true });
  assert.match(
    fake.commands[0] ?? "",
    /sh rm --recursive --force --one-file-system -- \/home\/app\/data\.drill-1$/s,
  );
});

Deno.test("writeRuntimeFile() writes what readRuntimeFile() reads", () => {
  const system = new FakeSystem();
  assert.equal(readRuntimeFile(system, "backup.json"), undefined);
  writeRuntimeFile(system, "backup.json", "{}");
  assert.equal(readRuntimeFile(system, "backup.json"), "{}");
  assert.equal(system.lstat("/run/user/1000/ppm")?.mode, 0o700);
});

Deno.test("renameToNew() replaces nothing, not even an empty directory", () => {
  const system = new RealSystem();
  const top = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${top}/a`);
    Deno.mkdirSync(`${top}/b`);
    assert.throws(() => system.renameToNew(`${top}/a`, `${top}/b`), /something stands there already/);
    system.renameToNew(`${top}/a`, `${top}/c`);
    assert.deepEqual(system.readDirectory(top), ["b", "c"]);
  } finally {
    Deno.removeSync(top, { recursive: true });
  }
});

Deno.test("bytesWritten() counts a process with those below it, and knows nothing of one that is gone", async () => {
  const system = new Machine();
  let bytes: Promise<number | undefined> | undefined;
  let pid = 0;
  const script = "sh -c 'head -c 3000000 /dev/zero >/dev/null; echo up; read x </dev/null; sleep 2'; :";
  const end = new AbortController();
  await system.run({ program: "sh", args: ["-c", script], changes: false }, {
    signal: end.signal,
    onStart: (id) => void (pid = id),
    onLine: () => {
      bytes = bytesWritten(system, pid).finally(() => end.abort());
    },
  }).catch(() => {});
  assert.ok((await bytes ?? 0) >= 3_000_000);
  assert.equal(await bytesWritten(system, 4_000_000), undefined);
});
