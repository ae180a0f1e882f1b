import assert from "node:assert/strict";
import { checkedConfig, planSetup } from "../../src/commands/plan_setup.ts";
import { Output } from "../../src/ui/output.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest } from "../support/manifest.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

/** What a command is given on `system`. */
function contextOf(system: FakeSystem, configFile?: string) {
  const output = new Output({ stdout: new MemorySink(), stderr: new MemorySink() });
  return { system, output, clock: new FakeClock(), configFile, plugins: () => Promise.resolve([]) };
}

function aMachine(files: Record<string, string> = {}): FakeSystem {
  return new FakeSystem({
    files: { "/home/app/config.yml": "definition: { repository: /srv/web.git }\n", ...files },
  });
}

Deno.test("checkedConfig() knows one file by one path, however --config names it", () => {
  for (const configFile of [undefined, "/home/app/config.yml", "/home//app/./config.yml"]) {
    assert.equal(checkedConfig(contextOf(aMachine(), configFile)).configPath, "/home/app/config.yml");
  }
});

Deno.test("planSetup() refuses a config.yml that others can read once it is known to hold a secret", async () => {
  const config = { file: "/home/app/config.yml", sha256: "", holdsSecret: true };
  const context = contextOf(
    aMachine({ "/home/app/.ppm/manifest.json": JSON.stringify(aManifest({ config })) }),
  );
  const clone = { directory: "/c", commit: "c", repository: "r", isNew: false, warnings: [] };
  await assert.rejects(planSetup(context, checkedConfig(context), clone, { preview: true }), {
    exit: "invalid",
    hint: "chmod 600 /home/app/config.yml",
  });
});
