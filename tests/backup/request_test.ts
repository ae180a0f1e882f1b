import assert from "node:assert/strict";
import { leaveRequest, PLAIN_REQUEST, takeRequest } from "../../src/backup/request.ts";
import { FakeSystem } from "../support/fake_system.ts";

const ASKED = { accept: true, takeOver: false };
const HOUR_MS = 3_600_000;

function aMachine(): FakeSystem {
  const system = new FakeSystem();
  system.makeDirectory("/home/app/.ppm", 0o700);
  return system;
}

Deno.test("takeRequest() takes what was asked for, once", () => {
  const system = aMachine();
  leaveRequest(system, ASKED, 1000);
  assert.equal(system.lstat("/home/app/.ppm/request.json")?.mode, 0o600);
  assert.deepEqual(takeRequest(system, 2000), ASKED);
  assert.deepEqual(takeRequest(system, 2000), PLAIN_REQUEST);
});

Deno.test("takeRequest() drops what was asked for an hour ago, or in the future", () => {
  const system = aMachine();
  leaveRequest(system, ASKED, 0);
  assert.deepEqual(takeRequest(system, HOUR_MS), PLAIN_REQUEST);
  leaveRequest(system, ASKED, 5000);
  assert.deepEqual(takeRequest(system, 4999), PLAIN_REQUEST);
  leaveRequest(system, ASKED, 0);
  assert.deepEqual(takeRequest(system, HOUR_MS - 1), ASKED);
});

Deno.test("takeRequest() fails for one that makes no sense, and not twice", () => {
  const system = aMachine();
  system.addFile("/home/app/.ppm/request.json", '{"version":1,"accept":"yes"}');
  assert.throws(() => takeRequest(system, 0), /Cannot understand \.ppm\/request\.json: time is not a number/);
  assert.deepEqual(takeRequest(system, 0), PLAIN_REQUEST);
});
