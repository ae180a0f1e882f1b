import assert from "node:assert/strict";
import { recoverText, type RecoverTextOptions } from "../../src/backup/recover_text.ts";
import type { ManifestFile } from "../../src/plan/manifest.ts";
import { FAKE_USER } from "../support/fake_system.ts";
import { aManifest, aUnit } from "../support/manifest.ts";

function aFile(mode: number): ManifestFile {
  return { sha256: "", mode, size: 1, modifiedMs: 0, inode: 0, origin: "x", changedMs: 0 };
}

function text(changes: Partial<RecoverTextOptions> = {}): string {
  const manifest = aManifest({
    units: [aUnit("web.service"), aUnit("db.service", { from: "quadlet", containers: true })],
    files: {
      ".config/systemd/user/web.service": aFile(0o644),
      ".config/web/it's": aFile(0o600),
      ".config/systemd/user/ppm-backup.timer": aFile(0o644),
      ".config/systemd/user/ppm-backup.service": aFile(0o644),
    },
  });
  const backup = {
    repository: "rest:https://me:canary@nas/web",
    passwordfile: "/home/app/.restic-password",
    environment: { AWS_SECRET: "canary" },
    prune: undefined,
  };
  return recoverText(manifest, { user: FAKE_USER, hostname: "old", backup, unshare: false, ...changes });
}

Deno.test("recoverText() writes out every file with its mode, quoted, and none of ppm's own units", () => {
  assert.match(
    text(),
    /^install -D -m 0644 \.config\/systemd\/user\/web\.service "\$HOME"\/\.config\/systemd\/user\/web\.service$/m,
  );
  assert.match(text(), /^install -D -m 0600 '\.config\/web\/it'\\''s' /m);
  assert.doesNotMatch(text(), /ppm-backup/);
  assert.match(text(), /^systemctl --user enable web\.target web\.service$/m);
});

Deno.test("recoverText() gives no credentials away, and says that they are missing", () => {
  assert.doesNotMatch(text(), /canary/);
  assert.match(text(), /User and password were taken out/);
  assert.match(text(), /these variables.*AWS_SECRET/);
});

Deno.test("recoverText() restores inside podman unshare where the snapshots are made there, and only there", () => {
  assert.match(text({ unshare: true }), /^podman unshare restic restore latest/m);
  assert.match(text(), /^restic restore latest/m);
});
