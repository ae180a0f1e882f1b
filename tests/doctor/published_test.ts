import assert from "node:assert/strict";
import { examineOwnPublication } from "../../src/doctor/published.ts";
import { examineStateDirectory } from "../../src/doctor/state_directory.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { STATE, StateServer } from "../support/state_server.ts";

async function found(server: StateServer, user: string): Promise<readonly (readonly [string, string])[]> {
  return (await examineOwnPublication(server, STATE, user)).map(({ state, what }) => [state, what] as const);
}

Deno.test("examineOwnPublication() finds nothing wrong with what nobody else wants, and says nothing of who publishes nothing", async () => {
  const server = new StateServer({ ann: "a.org=80", ben: "b.org=81" });
  assert.deepEqual(await found(server, "ann"), [["good", "what the application publishes is its own"]]);
  assert.deepEqual(await found(server, "eve"), []);
});

Deno.test("examineOwnPublication() names what two want", async () => {
  const server = new StateServer({ ann: "a.org=80", ben: "a.org=81" });
  assert.deepEqual(await found(server, "ben"), [["wrong", "ann and ben both want the domain a.org"]]);
});

Deno.test("examineOwnPublication() names what claims.yml does not give, to whom it does not", async () => {
  const claims = "ann: { domains: [a.org], ports: [80] }\nben: { domains: [b.org], ports: [81] }\n";
  const server = new StateServer({ ann: "a.org=80", ben: "a.org=81" }, claims);
  assert.deepEqual(await found(server, "ann"), [["good", "what the application publishes is its own"]]);
  assert.deepEqual(await found(server, "ben"), [[
    "wrong",
    "the site a.org is not given to ben in /etc/ppm/claims.yml",
  ]]);
});

Deno.test("examineStateDirectory() has root make the user's place where it makes the directory", () => {
  const [finding, ...others] = examineStateDirectory(new FakeSystem(), STATE, { name: "app", uid: 1000 });
  assert.deepEqual(others, []);
  assert.equal(finding?.what, `${STATE} does not exist`);
  assert.deepEqual(finding?.rootSteps.map(({ command }) => command.split(" ").at(-1)), [
    STATE,
    `${STATE}/app`,
  ]);
});
