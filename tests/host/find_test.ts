import assert from "node:assert/strict";
import { type ScannedEntry, scanTree } from "../../src/host/find.ts";
import { RealSystem } from "../../src/host/real_system.ts";
import { FakeSystem } from "../support/fake_system.ts";

async function scan(path: string): Promise<ReadonlyMap<string, ScannedEntry>> {
  const found = new Map<string, ScannedEntry>();
  const result = await scanTree(new RealSystem(), path, { unshare: false }, (entry) => {
    found.set(entry.path, entry);
  });
  assert.deepEqual(result.unlistable, []);
  return found;
}

Deno.test("scanTree() gives kinds, sizes, modes and names with anything in them, and follows no link", async () => {
  const top = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${top}/sub dir`);
    Deno.chmodSync(`${top}/sub dir`, 0o1770);
    Deno.writeTextFileSync(`${top}/sub dir/new\nline 1 d`, "12345");
    Deno.chmodSync(`${top}/sub dir/new\nline 1 d`, 0o4711);
    Deno.symlinkSync("/etc", `${top}/link`);
    await new Deno.Command("mkfifo", { args: [`${top}/pipe`] }).output();
    const found = await scan(top);
    assert.deepEqual([...found.keys()].sort(), ["link", "pipe", "sub dir", "sub dir/new\nline 1 d"]);
    const { uid, gid } = Deno.statSync(top);
    const rest = { uid, gid, readable: true };
    assert.deepEqual(found.get("link"), { path: "link", kind: "link", size: 0, mode: 0, ...rest });
    assert.deepEqual(found.get("sub dir"), {
      path: "sub dir",
      kind: "directory",
      size: 0,
      mode: 0o1770,
      ...rest,
    });
    const file = found.get("sub dir/new\nline 1 d");
    assert.deepEqual([file?.kind, file?.size, file?.mode], ["file", 5, 0o4711]);
    assert.equal(found.get("pipe")?.kind, "other");
  } finally {
    Deno.removeSync(top, { recursive: true });
  }
});

Deno.test("scanTree() refuses a tree that is not there, and what the disk does not give", async () => {
  await assert.rejects(scan("/nowhere/at all"), /Cannot look through \/nowhere\/at all: it does not exist/);
  const answers = ["1 d 755 0 1000 1000 \0"];
  const system = new FakeSystem().program("find", () => ({
    code: 1,
    stdout: answers.join(""),
    stderr: "find: ‘/home/app/data/x’: Input/output error\n",
  }));
  const nothing = () => {};
  await assert.rejects(
    scanTree(system, "/home/app/data", { unshare: false }, nothing),
    /Input\/output error/,
  );
});

Deno.test("scanTree() names the directories that it cannot list, and forgives what goes away meanwhile", async () => {
  const stdout = ["1 d 755 0 1000 1000 ", "0 d 700 0 100998 100998 db", "0 f 600 3 100998 100998 key"].map((
    entry,
  ) => `${entry}\0`).join("");
  const stderr =
    "find: ‘/home/app/data/db’: Permission denied\nfind: ‘/home/app/data/tmp’: No such file or directory\n";
  const system = new FakeSystem().program("find", () => ({ code: 1, stdout, stderr }))
    .program("podman", () => ({ stdout }));
  const found: ScannedEntry[] = [];
  const result = await scanTree(
    system,
    "/home/app/data",
    { unshare: false },
    (entry) => void found.push(entry),
  );
  assert.deepEqual(result, { unlistable: ["db"] });
  assert.deepEqual(found.map(({ path, readable, uid }) => [path, readable, uid]), [
    ["db", false, 100998],
    ["key", false, 100998],
  ]);
  await scanTree(system, "/home/app/data", { unshare: true }, () => {});
  assert.match(system.commands.at(-1) ?? "", /^podman unshare sh -c .* sh find -P \/home\/app\/data /s);
});

Deno.test("scanTree() understands nothing but what find was asked to print", async () => {
  const system = new FakeSystem().program("find", () => ({ stdout: "x\0" }));
  await assert.rejects(scanTree(system, "/x", { unshare: false }, () => {}), /Cannot understand find/);
});

Deno.test("scanTree() asks of a directory whether it can be listed and entered, and of a link nothing", async () => {
  const system = new FakeSystem().program("find", () => ({ stdout: "1 d 755 0 1 1 \0" }));
  await scanTree(system, "/x", { unshare: false }, () => {});
  assert.match(
    system.commands[0] ?? "",
    /^find -P \/x \( -type d -readable -executable -o ! -type d -readable -o -type l \) -printf /,
  );
});
