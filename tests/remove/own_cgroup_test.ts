import { deepStrictEqual, rejects } from "node:assert/strict";
import { requireOutside, unitsAround } from "../../src/remove/own_cgroup.ts";
import { FakeSystem } from "../support/fake_system.ts";

const CGROUP = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service\n";

Deno.test("unitsAround() finds the units that a process is in, by whole names", () => {
  const units = ["web.service", "eb.service", "db.service"];
  deepStrictEqual(unitsAround(CGROUP, units), ["web.service"]);
  deepStrictEqual(unitsAround("0::/user.slice/user-1000.slice/session-3.scope\n", units), []);
  deepStrictEqual(unitsAround(`12:pids:/x/web.service/container\n${CGROUP}`, units), ["web.service"]);
});

Deno.test("requireOutside() refuses what would stop itself", async () => {
  const system = new FakeSystem({ files: {} });
  system.program("cat", () => ({ stdout: CGROUP }));
  await requireOutside(system, ["db.service"]);
  await rejects(requireOutside(system, ["web.service"]), {
    exit: "usage",
    message: /from within web\.service/,
  });
});
