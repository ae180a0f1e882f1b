import { deepStrictEqual } from "node:assert/strict";
import { observeUnits } from "../../src/plan/observe.ts";
import { FakeSystem } from "../support/fake_system.ts";

Deno.test("observeUnits() asks for the instances of a template, whatever characters are in its name", async () => {
  const asked: string[] = [];
  const system = new FakeSystem().program("systemctl", (args) => {
    asked.push(...args.slice(args.indexOf("--") + 1));
    return { stdout: "Id=web@1.service\nActiveState=active\n" };
  });
  const units = await observeUnits(system, ["web@.service", "a\\x2db@.socket", "db.service"]);
  deepStrictEqual(asked, ["web@*.service", "a\\\\x2db@*.socket", "db.service"]);
  deepStrictEqual(units.get("web@1.service")?.ActiveState, "active");
});
