import assert from "node:assert/strict";
import { parseHealthOutput } from "../../src/host/podman_health.ts";

Deno.test("parseHealthOutput() returns the last line of the last check", () => {
  const log = [{ Output: "old" }, { ExitCode: 1, Output: "wget: connecting\nno route\n" }];
  assert.equal(parseHealthOutput(JSON.stringify({ Status: "unhealthy", Log: log })), "no route");
});

Deno.test("parseHealthOutput() finds nothing where podman says nothing that it knows", () => {
  for (
    const stdout of [
      "",
      "null",
      "{}",
      '{"Log":null}',
      '{"Log":[]}',
      '{"Log":[{"Output":1}]}',
      '{"Log":[{"Output":" "}]}',
    ]
  ) {
    assert.equal(parseHealthOutput(stdout), undefined, stdout);
  }
});
