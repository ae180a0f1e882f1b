import assert from "node:assert/strict";
import fc from "fast-check";
import { definitionId, encodeTags, identityOf, machineTag, readSnapshot } from "../../src/backup/tags.ts";
import type { SnapshotTags } from "../../src/backup/snapshot.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest } from "../support/manifest.ts";
import { IDENTITY } from "../support/snapshots.ts";

const LISTED = { id: "1".repeat(64), timeMs: 5, hostname: "web", username: "app", paths: ["/data"] };

const TAGS: SnapshotTags = {
  kind: "good",
  identity: IDENTITY,
  lineage: "a".repeat(16),
  unshare: false,
  size: { entries: 3, bytes: 1024 },
  claim: null,
};

Deno.test("encodeTags() says what a snapshot is good for, whose it is and how much it holds", () => {
  assert.deepEqual(encodeTags({ ...TAGS, unshare: true }), [
    "ppm",
    "ppm-good",
    "ppm-app=web",
    "ppm-definition=0123456789ab",
    "ppm-lineage=aaaaaaaaaaaaaaaa",
    "ppm-size=3/1024",
    "ppm-unshare",
  ]);
});

Deno.test("encodeTags() writes a claim's number, server and machine", () => {
  const claim = { counter: 2, server: "a,b", machine: "0".repeat(12) };
  assert.deepEqual(encodeTags({ ...TAGS, kind: "claim", size: null, claim }).slice(-3), [
    "ppm-counter=2",
    "ppm-server=a%2cb",
    "ppm-machine=000000000000",
  ]);
});

Deno.test("readSnapshot() reads back what encodeTags() wrote, whatever the names are", () => {
  fc.assert(fc.property(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("good", "suspect", "incomplete", "hot", "claim"),
    fc.boolean(),
    fc.nat(),
    (name, kind, unshare, count) => {
      const tags: SnapshotTags = {
        ...TAGS,
        kind,
        identity: { ...IDENTITY, app: name.toWellFormed() },
        unshare,
        size: { entries: count, bytes: count * 7 },
        claim: kind === "claim"
          ? { counter: count, server: name.toWellFormed(), machine: "b".repeat(12) }
          : null,
      };
      const encoded = encodeTags(tags);
      assert.ok(encoded.every((tag) => !tag.includes(",")), "restic splits tags at commas");
      assert.deepEqual(readSnapshot({ ...LISTED, tags: encoded }), { id: LISTED.id, timeMs: 5, ...tags });
    },
  ));
});

Deno.test("readSnapshot() believes the worse of two kinds", () => {
  const read = (...tags: string[]) => readSnapshot({ ...LISTED, tags }).kind;
  assert.equal(read("ppm", "ppm-good", "ppm-incomplete"), "incomplete");
  assert.equal(read("ppm", "ppm-good", "ppm-suspect"), "suspect");
  assert.equal(read("ppm", "ppm-hot", "ppm-good"), "hot");
  assert.equal(read("ppm", "ppm-good", "ppm-claim"), "claim");
});

Deno.test("readSnapshot() takes nothing for good that does not say so, or that ppm did not make", () => {
  assert.equal(readSnapshot({ ...LISTED, tags: ["ppm"] }).kind, "unknown");
  assert.equal(readSnapshot({ ...LISTED, tags: ["ppm-good"] }).kind, "unknown");
  assert.equal(readSnapshot({ ...LISTED, tags: [] }).kind, "unknown");
});

Deno.test("readSnapshot() makes no size or number of what is none", () => {
  const { size } = readSnapshot({ ...LISTED, tags: ["ppm", "ppm-good", "ppm-size=1e3/-5"] });
  assert.equal(size, null);
  const { claim } = readSnapshot({
    ...LISTED,
    tags: ["ppm", "ppm-claim", "ppm-counter=x", "ppm-server=%zz"],
  });
  assert.deepEqual(claim, { counter: 0, server: "%zz", machine: "" });
});

Deno.test("definitionId() tells repositories and directories apart, and credentials not", async () => {
  const source = { repository: "https://git.example.org/web.git", directory: "." };
  const id = await definitionId(source);
  assert.match(id, /^[0-9a-f]{12}$/);
  assert.notEqual(id, await definitionId({ ...source, directory: "sub" }));
  assert.notEqual(id, await definitionId({ ...source, repository: "https://git.example.org/other.git" }));
  const token = (text: string) =>
    definitionId({ ...source, repository: `https://${text}@git.example.org/web.git` });
  assert.equal(await token("one"), await token("two"));
});

Deno.test("identityOf() is the instance, the application's name and its definition", async () => {
  const manifest = aManifest({ instance: "web-2" });
  assert.deepEqual(await identityOf(manifest), {
    instance: "web-2",
    app: "web",
    definition: await definitionId(manifest.source),
  });
});

Deno.test("machineTag() shows no machine-id", async () => {
  const files = { "/etc/machine-id": "0123456789abcdef0123456789abcdef\n" };
  const id = await machineTag(new FakeSystem({ files }));
  assert.match(id, /^[0-9a-f]{12}$/);
  assert.ok(!"0123456789abcdef0123456789abcdef".includes(id));
  assert.equal(await machineTag(new FakeSystem()), "");
});
