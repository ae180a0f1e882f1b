import assert from "node:assert/strict";
import { mountPointsBelow } from "../../src/host/mounts.ts";
import { FakeSystem } from "../support/fake_system.ts";

Deno.test("mountPointsBelow() names what is mounted below a directory, not at it or beside it, through links", async () => {
  const points = [
    "/",
    "/srv/state",
    "/srv/state/evil",
    "/srv/state/a\\040b/c",
    "/srv/stateless",
    "/srv/state2/x",
  ];
  const lines = points.map((point, at) => `${at} 1 0:${at} / ${point} rw - tmpfs x rw`);
  const system = new FakeSystem().program("cat", () => ({ stdout: `${lines.join("\n")}\n` }));
  system.addFile("/srv/state/x", "");
  system.addLink("/var/lib/ppm", "/srv");
  assert.deepEqual(await mountPointsBelow(system, "/srv/state"), ["evil", "a b/c"]);
  assert.deepEqual(await mountPointsBelow(system, "/var/lib/ppm/state"), ["evil", "a b/c"]);
});
