import assert from "node:assert/strict";
import fc from "fast-check";
import { Culprits, difference, expectedEntry, MOST_NAMED } from "../../src/backup/compare.ts";
import { TreeDigest } from "../../src/backup/digest.ts";
import type { TreeEntry } from "../../src/host/restic/messages.ts";

function file(path: string, changes: Partial<TreeEntry> = {}): TreeEntry {
  return { path, kind: "file", size: 1, mode: 0o644, uid: 1000, gid: 1000, ...changes };
}

function digestOf(entries: readonly TreeEntry[]): TreeDigest {
  const digest = new TreeDigest();
  entries.forEach((entry) => digest.add(entry));
  return digest;
}

function culprits(expected: readonly TreeEntry[], found: readonly TreeEntry[]): readonly string[] {
  const result = new Culprits(digestOf(expected), digestOf(found));
  expected.forEach((entry) => result.expect(entry));
  found.forEach((entry) => result.find(entry));
  return result.lines;
}

const ENTRY: fc.Arbitrary<TreeEntry> = fc.record({
  path: fc.string({ unit: "binary", minLength: 1 }),
  kind: fc.constantFrom("file", "directory", "link", "other"),
  size: fc.nat(),
  mode: fc.nat(0o7777),
  uid: fc.nat(70_000),
  gid: fc.nat(70_000),
});

const TREE = fc.uniqueArray(ENTRY, { selector: ({ path }) => path, maxLength: 60 });

Deno.test("TreeDigest says of the same entries in any order that nothing differs", () => {
  fc.assert(fc.property(TREE, fc.func(fc.nat()), (entries, key) => {
    const shuffled = entries.toSorted((a, b) => key(a) - key(b));
    assert.deepEqual(digestOf(entries).differing(digestOf(shuffled)), []);
  }));
});

Deno.test("TreeDigest notices exactly what difference() calls one", () => {
  fc.assert(fc.property(TREE, ENTRY, fc.nat(), (entries, other, at) => {
    const index = at % (entries.length + 1);
    const one = entries[index];
    const changed = one === undefined ? entries : entries.with(index, { ...other, path: one.path });
    const differs = difference(one, changed[index]) !== undefined;
    assert.equal(digestOf(entries).differing(digestOf(changed)).length > 0, differs);
    assert.equal(culprits(entries, changed).length > 0, differs);
  }));
});

Deno.test("TreeDigest notices an entry that is there twice", () => {
  assert.equal(digestOf([file("a")]).differing(digestOf([file("a"), file("a")])).length, 1);
});

Deno.test("Culprits names what differs, and how", () => {
  const expected = [file("a"), file("b"), file("c"), file("d"), file("e", { kind: "directory" })];
  const found = [
    file("a", { size: 2 }),
    file("b", { mode: 0o600 }),
    file("c", { uid: 100_999 }),
    file("e"),
    file("f"),
  ];
  assert.deepEqual(culprits(expected, found), [
    "a: expected 1 bytes, found 2",
    "b: expected mode 0644, found 0600",
    "c: expected owner 1000, found 100999",
    "d: it is missing",
    "e: expected a directory, found a file",
    "f: it is not in the snapshot",
  ]);
});

Deno.test("Culprits names a few of many, and keeps no more in memory than some buckets", () => {
  const expected = Array.from({ length: 20_000 }, (_, at) => file(`many/${at}`));
  const found = expected.map((entry) => ({ ...entry, uid: 0 }));
  assert.equal(culprits(expected, found).length, MOST_NAMED);
});

Deno.test("difference() minds neither the size of a directory, nor the mode of a link, nor groups", () => {
  const same: [Partial<TreeEntry>, Partial<TreeEntry>][] = [
    [{ kind: "directory", size: 4096 }, { kind: "directory", size: 20 }],
    [{ kind: "link", mode: 0o777 }, { kind: "link", mode: 0 }],
    [{ gid: 1 }, { gid: 2 }],
  ];
  for (const [one, other] of same) assert.equal(difference(file("a", one), file("a", other)), undefined);
});

Deno.test("expectedEntry() expects this user's files where the snapshot was made outside of podman unshare, and the same ids within", () => {
  assert.equal(expectedEntry(file("a", { uid: 1234 }), { uid: 1000 }).uid, 1000);
  assert.equal(expectedEntry(file("a", { uid: 999 }), undefined).uid, 999);
});

Deno.test("TreeDigest tells kinds apart that have nothing else to tell them apart", () => {
  const [directory, other] = [file("a", { kind: "directory" }), file("a", { kind: "other" })];
  assert.equal(digestOf([directory]).differing(digestOf([other])).length, 1);
});

Deno.test("TreeDigest does with both halves of its hash what one cannot", () => {
  // Sizes whose hashes have the same lower, and the same upper 32 bits.
  for (const [one, another] of [[121_255, 154_365], [17_548, 91_488]] as const) {
    const differing = digestOf([file("a", { size: one })]).differing(
      digestOf([file("a", { size: another })]),
    );
    assert.equal(differing.length, 1);
  }
});
