import assert from "node:assert/strict";
import { parseUserManagers, systemctlShowOf } from "../../src/host/user_managers.ts";

Deno.test("parseUserManagers() reads uids, and nothing from units of other names", () => {
  const stdout = [
    "user@1000.service loaded active running User Manager for UID 1000",
    "user@100001.service loaded active running User Manager for UID 100001",
    "user@x.service loaded active running user@1001.service is only its description",
    "superuser@1002.service loaded active running",
    "",
  ].join("\n");
  assert.deepEqual([...parseUserManagers(stdout)], [1000, 100001]);
  assert.equal(parseUserManagers("").size, 0);
});

Deno.test("systemctlShowOf() bounds what a user's manager may take and say, and takes no unit for an option", () => {
  const { args, timeoutMs, maxOutputBytes, changes } = systemctlShowOf(1000, ["-x.service"], ["ActiveState"]);
  assert.deepEqual(args, [
    "--kill-after=1",
    "2",
    "systemctl",
    "--user",
    "--machine=1000@",
    "show",
    "--property=Id,ActiveState",
    "--",
    "-x.service",
  ]);
  assert.deepEqual([timeoutMs, maxOutputBytes, changes], [2000, 65536, false]);
});
