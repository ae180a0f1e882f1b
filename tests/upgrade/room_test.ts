import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { updateRecord } from "../../src/backup/record.ts";
import { UserError } from "../../src/errors.ts";
import { Output } from "../../src/ui/output.ts";
import { requireWayBack } from "../../src/upgrade/room.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

/** Asks, where `data/` takes so many bytes (undefined: nobody knows yet) and so many are free; returns what is warned of. */
async function ask(
  { bytes, free, scheduled }: {
    readonly bytes: number | undefined;
    readonly free: number;
    readonly scheduled: boolean;
  },
): Promise<string> {
  const system = new FakeSystem({ files: { "/home/app/.ppm/x": "" } });
  system.program("df", () => ({ stdout: `    Avail\n${free}\n` }));
  if (bytes !== undefined) updateRecord(system, { expected: { entries: 1, bytes } });
  const stderr = new MemorySink();
  const output = new Output({ stdout: new MemorySink(), stderr });
  await requireWayBack({ system, output, clock: new FakeClock() }, { scheduled });
  return stderr.text;
}

Deno.test("requireWayBack() is content where data/ fits in once more, or nobody knows how much it is", async () => {
  for (const scheduled of [true, false]) {
    strictEqual(await ask({ bytes: 2048, free: 2048, scheduled }), "");
    strictEqual(await ask({ bytes: undefined, free: 0, scheduled }), "");
  }
});

Deno.test("requireWayBack() warns whoever watches, and refuses where nobody does", async () => {
  const why = "data/ takes 2.0 KiB, 1.0 KiB are free, and going back with the data needs room for both";
  strictEqual(
    await ask({ bytes: 2048, free: 1024, scheduled: false }),
    `warning: Should the new version fail, it cannot be taken back at once: ${why}\n`,
  );
  await rejects(ask({ bytes: 2048, free: 1024, scheduled: true }), (error) => {
    ok(error instanceof UserError);
    deepStrictEqual([error.message, error.exit], [`Cannot upgrade unattended: ${why}`, "refused"]);
    match(error.hint ?? "", /ppm clean.*ppm upgrade --apply$/);
    return true;
  });
});
