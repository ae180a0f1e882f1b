import assert from "node:assert/strict";
import { conflictText } from "../../src/neighbours/conflicts.ts";
import { knownNeighbours } from "../../src/neighbours/known_neighbours.ts";
import type { Site } from "../../src/definition/site.ts";
import { STATE, StateServer } from "../support/state_server.ts";

/** What is known of that server, in short. */
async function known(server: StateServer): Promise<Record<string, readonly string[]>> {
  const { published, neighbourhood, conflicts } = await knownNeighbours(server, STATE);
  const short = (each: { readonly user: string; readonly sites: readonly Site[] }) =>
    `${each.user}: ${each.sites.map(({ domain, port }) => `${domain}=${port}`).join(" ")}`;
  return {
    published: published.map(short),
    counts: neighbourhood.applications.map(short),
    leftOut: neighbourhood.leftOut.map(({ message }) => message),
    conflicts: conflicts.map(conflictText),
  };
}

Deno.test("knownNeighbours() finds what two want, where root keeps no claims", async () => {
  const both = ["ann: a.org=80", "ben: a.org=81"];
  assert.deepEqual(await known(new StateServer({ ann: "a.org=80", ben: "a.org=81" })), {
    published: both,
    counts: both,
    leftOut: [],
    conflicts: ["ann and ben both want the domain a.org"],
  });
});

Deno.test("knownNeighbours() finds no conflict with what claims do not give", async () => {
  const server = new StateServer(
    { ann: "a.org=80", ben: "a.org=80" },
    "ann: { domains: [a.org], ports: [80] }\n",
  );
  assert.deepEqual(await known(server), {
    published: ["ann: a.org=80", "ben: a.org=80"],
    counts: ["ann: a.org=80", "ben: "],
    leftOut: ["ben: the site a.org is not given to it in /etc/ppm/claims.yml"],
    conflicts: [],
  });
});

Deno.test("knownNeighbours() lets two share a domain that claims give to both", async () => {
  const claims = "ann: { domains: [a.org], ports: [80] }\nben: { domains: [a.org], ports: [81] }\n";
  const server = new StateServer({ ann: "a.org/x=80", ben: "a.org/y=81" }, claims);
  assert.deepEqual((await known(server)).conflicts, []);
  const same = new StateServer({ ann: "a.org/x=80", ben: "a.org/x=81" }, claims);
  assert.deepEqual((await known(same)).conflicts, ["ann and ben both want the domain a.org/x"]);
});

Deno.test("knownNeighbours() throws for claims that are wrong, whatever is published", async () => {
  const server = new StateServer({ ann: "a.org=80", ben: "b.org=81" }, "ann: { prots: [80] }\n");
  await assert.rejects(() => knownNeighbours(server, STATE), /claims\.yml:1:8: Unknown key "prots"/);
});
