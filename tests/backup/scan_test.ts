import assert from "node:assert/strict";
import { scanData } from "../../src/backup/scan.ts";
import { FakeSystem } from "../support/fake_system.ts";

/** A machine on which find(1) prints these entries of `data/`, its top included, and others inside `podman unshare`. */
function aMachine(entries: readonly string[], inside: readonly string[] = []): FakeSystem {
  const print = (lines: readonly string[]) => ({ stdout: lines.map((line) => `${line}\0`).join("") });
  return new FakeSystem().program("find", () => print(entries)).program("podman", () => print(inside));
}

const TOP = "1 d 755 0 1000 1000 ";

Deno.test("scanData() counts everything below data/, and the bytes of files", async () => {
  const system = aMachine([
    TOP,
    "1 d 755 4096 1000 1000 sub",
    "1 f 600 7 1000 1000 sub/a",
    "1 l 777 9 1000 1000 b",
  ]);
  assert.deepEqual(await scanData(system, []), { entries: 3, bytes: 7, unreadable: [], unshare: false });
});

Deno.test("scanData() names what cannot be read, once, and minds no socket", async () => {
  const system = aMachine([
    TOP,
    "0 f 000 7 1000 1000 key",
    "0 d 300 0 1000 1000 db",
    "0 s 000 0 1000 1000 socket",
  ]);
  assert.deepEqual((await scanData(system, [])).unreadable, ["data/key", "data/db"]);
  const closed = aMachine(["0 d 300 0 1000 1000 "]);
  assert.deepEqual((await scanData(closed, [])).unreadable, ["data"]);
});

Deno.test("scanData() leaves out what is excluded by its path, with all below it and nothing beside it", async () => {
  const lines = [
    "0 d 300 0 0 0 cache",
    "1 f 600 5 0 0 cache/x",
    "1 f 600 7 1000 1000 cache2",
    "1 f 600 9 1000 1000 a.tmp",
  ];
  const system = aMachine([TOP, ...lines]);
  system.addFile("/etc/subuid", "app:100000:65536\n");
  // Patterns are left to restic: what counts too much is never called shrunk by mistake.
  assert.deepEqual(await scanData(system, ["/cache/", "*.tmp"]), {
    entries: 2,
    bytes: 16,
    unreadable: [],
    unshare: false,
  });
  assert.equal((await scanData(aMachine([TOP, "1 f 600 1 1000 1000 [x]"]), ["[x]"])).entries, 1);
});

Deno.test("scanData() looks from inside podman unshare where anything belongs to somebody else", async () => {
  const foreign = [TOP, "1 d 700 0 1000 1000 db", "0 f 600 0 100998 100998 db/x"];
  const system = aMachine(foreign, ["1 d 755 0 0 0 ", "1 d 700 0 0 0 db", "1 f 600 9 999 999 db/x"]);
  system.addFile("/etc/subuid", "app:100000:65536\n");
  assert.deepEqual(await scanData(system, []), { entries: 2, bytes: 9, unreadable: [], unshare: true });
});

Deno.test("scanData() stays outside without subordinate ids, and says what it cannot read there", async () => {
  const system = aMachine([TOP, "0 f 600 3 0 0 key"]);
  assert.deepEqual(await scanData(system, []), {
    entries: 1,
    bytes: 3,
    unreadable: ["data/key"],
    unshare: false,
  });
});
