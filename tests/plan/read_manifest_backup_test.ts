import assert from "node:assert/strict";
import type { BackupPolicy } from "../../src/definition/backup_policy.ts";
import { readManifest } from "../../src/plan/read_manifest.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest } from "../support/manifest.ts";

const POLICY: BackupPolicy = {
  plugin: "backups_programinitiated",
  oncalendar: null,
  stop: false,
  hot: false,
  keep: { hourly: 0, daily: 7, weekly: 4, monthly: 6, yearly: 0 },
  exclude: ["cache"],
  checkDays: 7,
  maxAgeMs: 3_600_000,
  request: "please",
};

function read(manifest: unknown) {
  return readManifest(
    new FakeSystem({ files: { "/home/app/.ppm/manifest.json": JSON.stringify(manifest) } }),
  );
}

Deno.test("readManifest() reads how the application is backed up", () => {
  const ownUnits = [{ name: "ppm-backup.path", start: true }];
  for (const backup of [POLICY, { ...POLICY, keep: "all" as const }, null]) {
    const manifest = aManifest({ backup, ownUnits });
    assert.deepEqual(read(manifest)?.backup, backup);
    assert.deepEqual(read(manifest)?.ownUnits, ownUnits);
  }
});

Deno.test("readManifest() takes the manifest of a ppm that made no backups for one without them", () => {
  const { backup: _backup, ownUnits: _ownUnits, ...older } = aManifest();
  assert.equal(read(older)?.backup, null);
  assert.deepEqual(read(older)?.ownUnits, []);
});

Deno.test("readManifest() refuses a policy that it cannot understand", () => {
  const wrong = { ...POLICY, keep: { daily: 1 } };
  assert.throws(() => read({ ...aManifest(), backup: wrong }), /backup\.keep\.hourly is not a number/);
  assert.throws(() => read({ ...aManifest(), ownUnits: [{ name: 1 }] }), /ownUnits\[0\]\.name is not a text/);
});
