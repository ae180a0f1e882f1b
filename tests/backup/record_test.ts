import assert from "node:assert/strict";
import { NO_BACKUPS, readRecord, updateRecord } from "../../src/backup/record.ts";
import { FakeSystem } from "../support/fake_system.ts";

const PATH = "/home/app/.ppm/backup.json";

Deno.test("updateRecord() writes what changes, for its owner alone, and keeps the rest", () => {
  const system = new FakeSystem();
  system.makeDirectory("/home/app/.ppm", 0o700);
  assert.deepEqual(readRecord(system), NO_BACKUPS);
  updateRecord(system, { mine: ["abc"] });
  updateRecord(system, { open: { since: 7, tags: ["ppm"] } });
  assert.deepEqual(readRecord(system), { ...NO_BACKUPS, mine: ["abc"], open: { since: 7, tags: ["ppm"] } });
  assert.equal(system.lstat(PATH)?.mode, 0o600);
});

Deno.test("readRecord() says what is wrong with a record, and what to do", () => {
  for (
    const [text, wrong] of [["{", ""], ['{"version":2}', "version is not 1"], ["[]", "a mapping"]] as const
  ) {
    const system = new FakeSystem({ files: { [PATH]: text } });
    assert.throws(() => readRecord(system), (error: Error & { hint?: string }) => {
      assert.match(error.message, new RegExp(`^Cannot understand \\.ppm/backup\\.json: .*${wrong}`));
      assert.match(error.hint ?? "", /move it away/);
      return true;
    });
  }
});

Deno.test("readRecord() reads what an older ppm has written", () => {
  const system = new FakeSystem({ files: { [PATH]: '{"version":1,"mine":["abc"]}' } });
  assert.deepEqual(readRecord(system), { ...NO_BACKUPS, mine: ["abc"] });
});
