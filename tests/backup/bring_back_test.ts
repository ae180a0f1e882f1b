import assert from "node:assert/strict";
import { bringBack, bringsOtherSecrets } from "../../src/backup/bring_back.ts";
import { FakeSystem } from "../support/fake_system.ts";

const PPM = "/home/app/.ppm";
const ROOT = "/home/app/data.restore-1";

Deno.test("bringBack() puts secrets and key in place for their owner alone, and keeps every other one that stood there", () => {
  const system = new FakeSystem({
    files: {
      [`${PPM}/secrets.yml`]: "old",
      [`${PPM}/key`]: "old key",
      [`${PPM}/overwritten/secrets.yml.1`]: "older",
      [`${ROOT}/.ppm/secrets.yml`]: "new",
      [`${ROOT}/.ppm/key`]: "new key",
    },
  });
  bringBack(system, ROOT);
  bringBack(system, ROOT);
  assert.deepEqual(
    Object.fromEntries(Object.entries(system.files).filter(([path]) => path.startsWith(PPM))),
    {
      [`${PPM}/key`]: "new key",
      [`${PPM}/overwritten/key.1`]: "old key",
      [`${PPM}/overwritten/secrets.yml.1`]: "older",
      [`${PPM}/overwritten/secrets.yml.2`]: "old",
      [`${PPM}/secrets.yml`]: "new",
    },
  );
  for (const name of ["key", "secrets.yml", "overwritten/key.1", "overwritten/secrets.yml.2"]) {
    assert.equal(system.lstat(`${PPM}/${name}`)?.mode, 0o600, name);
  }
});

Deno.test("bringBack() follows no link of a snapshot, and takes what is no number for no generation", () => {
  const system = new FakeSystem({
    files: { [`${PPM}/x`]: "", "/etc/other": "else", [`${ROOT}/.ppm/generations/1.part/x`]: "" },
  });
  system.addLink(`${ROOT}/.ppm/key`, "/etc/other");
  bringBack(system, ROOT);
  assert.deepEqual(system.readDirectory(PPM), ["x"]);
});

Deno.test("bringsOtherSecrets() is true where secrets or key differ from those that stand, or none stand", () => {
  const system = new FakeSystem({ files: { [`${PPM}/key`]: "same", [`${ROOT}/.ppm/key`]: "same" } });
  assert.equal(bringsOtherSecrets(system, ROOT), false);
  system.addFile(`${ROOT}/.ppm/secrets.yml`, "new");
  assert.equal(bringsOtherSecrets(system, ROOT), true);
  system.addFile(`${PPM}/secrets.yml`, "new");
  assert.equal(bringsOtherSecrets(system, ROOT), false);
  system.addFile(`${ROOT}/.ppm/key`, "another");
  assert.equal(bringsOtherSecrets(system, ROOT), true);
});
