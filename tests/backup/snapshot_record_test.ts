import assert from "node:assert/strict";
import { snapshotRecord } from "../../src/backup/snapshot_record.ts";
import { aManifest } from "../support/manifest.ts";
import { aSnapshot } from "../support/snapshots.ts";

Deno.test("snapshotRecord() says to who has restic alone whose data it is, what it is worth, and whose ids it has", () => {
  const pass = { timeMs: Date.UTC(2026, 0, 1, 3), hostname: "server", uid: 1000 };
  const tags = aSnapshot("suspect", "2026-01-01T03:00", { unshare: true });
  assert.deepEqual(JSON.parse(snapshotRecord(aManifest(), { tags, ...pass })), {
    version: 1,
    time: "2026-01-01T03:00:00.000Z",
    instance: "web",
    app: { name: "web", version: "1.0" },
    definition: { repository: "https://git.example.org/web.git", directory: ".", commit: "a".repeat(40) },
    generation: 2,
    lineage: "aaaaaaaaaaaaaaaa",
    kind: "suspect",
    owners: "podman unshare",
    host: "server",
    uid: 1000,
    size: { entries: 3, bytes: 1024 },
  });
  const plain = snapshotRecord(aManifest(), { tags: { ...tags, unshare: false }, ...pass });
  assert.equal(JSON.parse(plain).owners, "server");
});
