import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { type Fence, readFence, requireUnfenced, writeFence } from "../../src/backup/fence.ts";
import { FakeSystem } from "../support/fake_system.ts";

const FENCE: Fence = {
  version: 1,
  purpose: "move",
  time: "2026-01-01T00:00:00Z",
  snapshot: "1a2b",
  data: false,
};

function aSystem(): FakeSystem {
  return new FakeSystem({ files: { "/home/app/.ppm/lock": "" } });
}

Deno.test("readFence() reads back what writeFence() has written, and nothing where none stands", () => {
  const system = aSystem();
  strictEqual(readFence(system), undefined);
  writeFence(system, FENCE);
  deepStrictEqual(readFence(system), FENCE);
});

Deno.test("readFence() takes no fence for none because it cannot understand it", () => {
  const system = aSystem();
  for (const text of ["", "{}", JSON.stringify({ ...FENCE, version: 2 })]) {
    system.writeFile("/home/app/.ppm/fence.json", text, 0o600);
    throws(() => readFence(system), { exit: "refused", message: /Cannot understand \.ppm\/fence\.json/ });
  }
});

Deno.test("requireUnfenced() says what leads on from a move, and from a removal", () => {
  const system = aSystem();
  requireUnfenced(system, "start");
  writeFence(system, FENCE);
  throws(() => requireUnfenced(system, "start"), { exit: "refused", hint: /ppm start --unfence/ });
  writeFence(system, { ...FENCE, purpose: "remove" });
  throws(() => requireUnfenced(system, "set up"), {
    message: "Cannot set up the application: it is being removed since 2026-01-01T00:00:00Z",
    hint: "Go on with the removal: ppm remove",
  });
});
