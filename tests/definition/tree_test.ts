import assert from "node:assert/strict";
import { UserError } from "../../src/errors.ts";
import { parseTree, readTree } from "../../src/definition/tree.ts";
import { parseBatch, readObjects } from "../../src/definition/tree_objects.ts";
import { errorOf, MINIMAL, Place } from "./clone_fixture.ts";

const ID = "a".repeat(40);
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("parseTree() reads every kind of entry, spaces and tabs in names included", () => {
  const output = bytes(
    `100644 blob ${ID}      12\ta b\tc\x00100755 blob ${ID}       3\trun\x00` +
      `120000 blob ${ID}       4\tlink\x00160000 commit ${ID}       -\tsub\0`,
  );
  assert.deepEqual(parseTree(output), [
    { path: "a b\tc", legible: true, kind: "file", object: ID, size: 12 },
    { path: "run", legible: true, kind: "executable", object: ID, size: 3 },
    { path: "link", legible: true, kind: "link", object: ID, size: 4 },
    { path: "sub", legible: true, kind: "submodule", object: ID, size: 0 },
  ]);
  assert.deepEqual(parseTree(new Uint8Array()), []);
});

Deno.test("parseTree() tells a name that is not UTF-8", () => {
  const output = Uint8Array.of(...bytes(`100644 blob ${ID} 1\tx`), 0xff, 0);
  assert.deepEqual(parseTree(output).map(({ path, legible }) => [path, legible]), [["x\ufffd", false]]);
});

Deno.test("parseTree() trusts no output that it does not understand", () => {
  assert.throws(() => parseTree(bytes(`100644 blob ${ID} 1\tcut off`)));
  assert.throws(() => parseTree(bytes(`777777 blob ${ID} 1\tx\0`)));
  assert.throws(() => parseTree(bytes("nonsense\0")));
});

Deno.test("parseBatch() reads contents that hold line ends, zeros and headers", () => {
  const other = "b".repeat(40);
  const tricky = `x\n${ID} blob 3\n\0`;
  const output = bytes(`${ID} blob ${tricky.length}\n${tricky}\n${other} blob 0\n\n`);
  const contents = parseBatch(output, [ID, other]);
  assert.deepEqual(contents.get(ID), bytes(tricky));
  assert.deepEqual(contents.get(other), new Uint8Array());
});

Deno.test("parseBatch() says what is wrong with an object", () => {
  for (
    const [output, state] of [
      [`${ID} missing\n`, "missing"],
      [`${ID} tree 3\nabc\n`, "tree"],
      [`${ID} blob 5\nab\n`, "cut off"],
      ["", "cut off"],
      [`${"b".repeat(40)} blob 1\nx\n`, "cut off"],
    ] as const
  ) {
    assert.throws(
      () => parseBatch(bytes(output), [ID]),
      { message: `Cannot read the object ${ID} of the definition: it is ${state}` },
    );
  }
});

Deno.test("readTree() lists files, run bits and where links lead", async () => {
  using place = new Place();
  place.write("templates/bin/run", "#!/bin/sh\n");
  Deno.chmodSync(`${place.upstream}/templates/bin/run`, 0o755);
  Deno.symlinkSync("appinfo.yml", `${place.upstream}/link`);
  const commit = place.commit(MINIMAL);
  const tree = await readTree(place.system, place.upstream, commit);
  assert.deepEqual(tree.entries.map(({ path, kind }) => [path, kind]), [
    ["appinfo.yml", "file"],
    ["link", "link"],
    ["templates/.config/web.conf.eta", "file"],
    ["templates/bin/run", "executable"],
  ]);
  assert.deepEqual([...tree.links], [["link", "appinfo.yml"]]);
});

Deno.test("readTree() cuts off a tree that unfolds into ten thousand million files", async () => {
  using place = new Place();
  let line = `100644 blob ${place.blob("boom")}\t`;
  for (let depth = 0; depth < 10; depth++) {
    const tree = place.tree(Array.from({ length: 10 }, (_, index) => `${line}d${index}`));
    line = `040000 tree ${tree}\t`;
  }
  const commit = place.git("commit-tree", line.slice(12, 52), "-m", "bomb");
  const started = performance.now();
  const error = await errorOf(UserError, readTree(place.system, place.upstream, commit));
  assert.equal(
    error.message,
    `Cannot use the commit ${commit.slice(0, 12)}: it holds more files than any definition`,
  );
  assert.equal(error.exit, "invalid");
  assert.ok(performance.now() - started < 60_000, "the tree was unfolded");
});

Deno.test("readObjects() asks one process for a thousand contents, in any order and repeated", async () => {
  using place = new Place();
  const files = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [`f${index}`, `content ${index}\n`]),
  );
  const commit = place.commit(files);
  const { entries } = await readTree(place.system, place.upstream, commit);
  place.system.ran.length = 0;
  const ids = [...entries.map((entry) => entry.object).reverse(), entries[0]!.object];
  const contents = await readObjects(place.system, place.upstream, ids);
  assert.equal(place.system.ran.length, 1);
  for (const { path, object } of entries) {
    assert.equal(new TextDecoder().decode(contents.get(object)), files[path]);
  }
});
