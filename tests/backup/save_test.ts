import assert from "node:assert/strict";
import { save } from "../../src/backup/save.ts";
import { Narrator } from "../../src/backup/narrator.ts";
import { Output } from "../../src/ui/output.ts";
import { aPolicy } from "../support/backup.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest, aUnit, shown } from "../support/manifest.ts";
import { FakeRestic } from "../support/snapshots.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

Deno.test("save() counts what both passes added to the repository: what is new is there since the first", async () => {
  const restic = new FakeRestic();
  const system = new FakeSystem().program("restic", restic.run).program("cat", () => ({ stdout: "boot\n" }));
  let down = false;
  system.program("systemctl", (args) => {
    const names = args.slice(args.indexOf("--") + 1);
    if (args.includes("stop")) down = true;
    if (args.includes("start")) down = false;
    const state: Record<string, string> = down ? { ActiveState: "inactive", SubState: "dead" } : {};
    return {
      stdout: args.includes("show") ? shown(Object.fromEntries(names.map((name) => [name, state]))) : "",
    };
  });
  system.makeDirectory("/home/app/.ppm", 0o700);
  const added = [3_000_000, 20];
  restic.answers.backup = () => ({
    stdout: JSON.stringify({
      message_type: "summary",
      total_files_processed: 1,
      total_bytes_processed: 1,
      data_added: added.shift(),
      snapshot_id: "a".repeat(64),
    }),
  });
  const output = new Output({ stdout: new MemorySink(), stderr: new MemorySink() });
  const hands = { system, clock: new FakeClock(), output };
  const access = { repository: "/srv/r", passwordfile: "/home/app/p", environment: {}, unshare: false };
  const { result } = await save(hands, {
    manifest: aManifest({ units: [aUnit("web.service")] }),
    policy: aPolicy(),
    repository: { system, access },
    tags: {
      kind: "good",
      identity: { instance: "web", app: "web", definition: "0".repeat(12) },
      lineage: "a",
      unshare: false,
      size: null,
      claim: null,
    },
    parent: undefined,
    narrator: new Narrator(hands, ""),
    leavesStoppedFor: undefined,
  });
  assert.deepEqual(added, []);
  assert.equal(result.addedBytes, 3_000_020);
});
