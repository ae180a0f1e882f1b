import assert from "node:assert/strict";
import { beside } from "../../src/backup/beside.ts";
import { PatientClock } from "../support/backup_scene.ts";

Deno.test("beside() ticks until the long work is done, and returns what that returned", async () => {
  let ticks = 0;
  const tick = () => void ticks++;
  assert.equal(await beside(new PatientClock(), { everyMs: 10, tick }, () => Promise.resolve(7)), 7);
  assert.equal(ticks, 1);
});

Deno.test("beside() throws what the long work threw before what a tick did, and a tick's only when the work is done", async () => {
  const tick = () => {
    throw new Error("tick");
  };
  let done = false;
  const work = async () => {
    await Promise.resolve();
    done = true;
  };
  await assert.rejects(beside(new PatientClock(), { everyMs: 10, tick }, work), /tick/);
  assert.ok(done);
  const failing = () => Promise.reject(new Error("work"));
  await assert.rejects(beside(new PatientClock(), { everyMs: 10, tick }, failing), /work/);
});
