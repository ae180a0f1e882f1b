import assert from "node:assert/strict";
import { UserError } from "../../src/errors.ts";
import type { Application } from "../../src/neighbours/neighbour.ts";
import type { KnownNeighbours } from "../../src/neighbours/known_neighbours.ts";
import { lookAround, surroundingsOf } from "../../src/neighbours/surroundings.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { anApplication, aPublication } from "../support/publication.ts";

const AT = { user: "web", statedirectory: "/var/lib/ppm/state" };

function known(applications: readonly Application[], left: readonly string[] = []): KnownNeighbours {
  const leftOut = left.map((user) => ({ user, message: `${user}: left out` }));
  return {
    published: applications,
    neighbourhood: { applications, leftOut },
    claims: undefined,
    conflicts: [],
  };
}

const at = (user: string, domain: string, port: number): Application =>
  anApplication(aPublication(user, { sites: [`${domain}=${port}`] }));

const FORGEJO = at("forgejo", "git.example.org", 3000);
const VAULT = at("vault", "vault.example.org", 3001);
const SELF = at("web", "example.org", 3002);

Deno.test("surroundingsOf() gives all others in their order, without their times and without this application", async () => {
  const { neighbours } = await surroundingsOf(known([FORGEJO, VAULT, SELF]), AT);
  assert.deepEqual(neighbours.map(({ user }) => user), ["forgejo", "vault"]);
  assert.ok(neighbours.every((neighbour) => !("times" in neighbour)));
  const { times: _, ...shown } = FORGEJO;
  assert.deepEqual(neighbours[0], shown);
});

Deno.test("surroundingsOf() gives another digest for whatever a template can see, and for nothing else", async () => {
  const digest = async (...all: Application[]) => (await surroundingsOf(known(all), AT)).sha256;
  const before = await digest(FORGEJO, SELF);
  const later = { ...FORGEJO, times: { backup: "2026-03-01T03:00:00.000Z" } };
  assert.equal(await digest(later, SELF), before);
  assert.equal(await digest(FORGEJO, { ...SELF, state: { other: true } }), before);
  const changes: readonly Partial<Application>[] = [
    { state: { a: 1 } },
    { units: ["b.service"] },
    { host: "other" },
    { sites: [] },
    { definition: { ...FORGEJO.definition, commit: "d".repeat(40) } },
  ];
  for (const change of changes) assert.notEqual(await digest({ ...FORGEJO, ...change }, SELF), before);
  assert.notEqual(await digest(FORGEJO, VAULT, SELF), before);
  assert.notEqual(await digest(SELF), before);
});

Deno.test("surroundingsOf() stops where two others want one thing, and leaves what this one publishes to its own check", async () => {
  const squatter = at("evil", "git.example.org", 3009);
  await assert.rejects(surroundingsOf(known([squatter, FORGEJO, SELF]), AT), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /git\.example\.org.*evil and forgejo both want it/);
    return error.exit === "failed";
  });
  const mine = at("web", "git.example.org", 3009);
  assert.equal((await surroundingsOf(known([FORGEJO, mine]), AT)).neighbours.length, 1);
});

Deno.test("surroundingsOf() warns of who was left out, this application aside", async () => {
  const { warnings } = await surroundingsOf(known([FORGEJO], ["evil", "web"]), AT);
  assert.deepEqual(warnings, ["evil: left out"]);
});

Deno.test("lookAround() reads nothing before it is asked, then says what root has to do", async () => {
  const system = new FakeSystem();
  let looks = 0;
  const lstat = system.lstat.bind(system);
  system.lstat = (path) => {
    looks++;
    return lstat(path);
  };
  const look = lookAround(system, "/nowhere");
  assert.equal(looks, 0);
  await assert.rejects(look(), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.hint ?? "", /install -d -m 755 \/nowhere/);
    return true;
  });
  const once = looks;
  await assert.rejects(look(), UserError);
  assert.equal(looks, once);
});
