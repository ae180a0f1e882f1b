import assert from "node:assert/strict";
import { checkedConfig } from "../../src/commands/plan_setup.ts";
import { Output } from "../../src/ui/output.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

Deno.test("checkedConfig() knows one file by one path, however --config names it", () => {
  const system = new FakeSystem();
  system.addFile("/home/app/config.yml", "definition: { repository: /srv/web.git }\n");
  const output = new Output({ stdout: new MemorySink(), stderr: new MemorySink() });
  const plugins = () => Promise.resolve([]);
  for (const configFile of [undefined, "/home/app/config.yml", "/home//app/./config.yml"]) {
    const context = { system, output, clock: new FakeClock(), configFile, plugins };
    assert.equal(checkedConfig(context).configPath, "/home/app/config.yml");
  }
});
