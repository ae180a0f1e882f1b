import fc from "fast-check";
import assert from "node:assert/strict";
import { allow, deniedTo, type Publication } from "../../src/neighbours/allow.ts";
import type { Claims } from "../../src/neighbours/claims.ts";
import { findConflicts } from "../../src/neighbours/conflicts.ts";
import type { KnownNeighbours } from "../../src/neighbours/known_neighbours.ts";
import { judgePublication } from "../../src/neighbours/publication.ts";
import {
  anApplication,
  aPort,
  aPublication,
  claims,
  someClaims,
  somePublications,
} from "../support/publication.ts";

type Wishes = Parameters<typeof aPublication>[1];

/** What is known where these are published. */
function known(published: readonly Publication[], given: Claims | undefined): KnownNeighbours {
  const applications = published.map(anApplication);
  const neighbourhood = allow({ applications, leftOut: [] }, given);
  const conflicts = findConflicts(neighbourhood.applications, given);
  return { published: applications, neighbourhood, claims: given, conflicts };
}

interface Row {
  readonly what: string;
  readonly wanted: Wishes;
  /** @default {nothing yet} */
  readonly before?: Wishes;
  readonly evil?: Wishes;
  readonly claims?: string;
  readonly refused?: readonly string[];
  readonly warnings?: readonly string[];
}

const FROM_HERE = ["10.0.0.1"];

const ROWS: readonly Row[] = [
  {
    what: "lets what nobody else has be published",
    wanted: { sites: ["a.org=80"], ports: ["443"] },
    evil: { sites: ["b.org=81"] },
  },
  {
    what: "refuses a domain that another has",
    wanted: { sites: ["a.org=80"] },
    evil: { sites: ["a.org=81"] },
    refused: ["Cannot publish the domain a.org for git: evil has it"],
  },
  {
    what: "only warns of a domain that it had before",
    wanted: { sites: ["a.org=80"] },
    before: { sites: ["a.org=80"] },
    evil: { sites: ["a.org=81"] },
    warnings: ["The domain a.org of git is published by evil too"],
  },
  {
    what: "only warns of a new path at a domain that it had before",
    wanted: { sites: ["a.org/new=80"] },
    before: { sites: ["a.org/old=80"] },
    evil: { sites: ["a.org=81"] },
    warnings: ["The domain a.org of git is published by evil too"],
  },
  {
    what: "refuses a new path that another has of a shared domain",
    claims: "git: { domains: [a.org], ports: [80] }\nevil: { domains: [a.org], ports: [81] }",
    wanted: { sites: ["a.org/x=80", "a.org/y=80"] },
    before: { sites: ["a.org/x=80"] },
    evil: { sites: ["a.org/x=81", "a.org/y=81"] },
    refused: ["Cannot publish the domain a.org/y for git: evil has it"],
    warnings: ["The domain a.org/x of git is published by evil too"],
  },
  {
    what: "lets another path of a shared domain be published",
    claims: "git: { domains: [a.org], ports: [80] }\nevil: { domains: [a.org], ports: [81] }",
    wanted: { sites: ["a.org/x=80"] },
    evil: { sites: ["a.org/y=81"] },
  },
  {
    what: "refuses a port that another has behind a site",
    wanted: { ports: ["79-81"] },
    evil: { sites: ["b.org=80"] },
    refused: ["Cannot publish the port 80/tcp for git: evil has it"],
  },
  {
    what: "only warns of a port that it had before, in a smaller range too",
    wanted: { ports: ["8005-8010"] },
    before: { ports: ["8000-8010"] },
    evil: { ports: ["8003-8008"] },
    warnings: ["The port 8005-8008/tcp of git is published by evil too"],
  },
  {
    what: "refuses a range that reaches for more of another's",
    wanted: { ports: ["8000-8010"] },
    before: { ports: ["8000-8005"] },
    evil: { ports: ["8003-8008"] },
    refused: ["Cannot publish the port 8003-8008/tcp for git: evil has it"],
  },
  {
    what: "refuses a range that reaches down for more of another's",
    wanted: { ports: ["8000-8010"] },
    before: { ports: ["8005-8010"] },
    evil: { ports: ["8003-8008"] },
    refused: ["Cannot publish the port 8003-8008/tcp for git: evil has it"],
  },
  {
    what: "refuses for udp what it had for tcp",
    wanted: { ports: ["53/udp"] },
    before: { ports: ["53"] },
    evil: { ports: ["53", "53/udp"] },
    refused: ["Cannot publish the port 53/udp for git: evil has it"],
  },
  {
    what: "refuses another domain than the one it had",
    wanted: { sites: ["b.org=80"] },
    before: { sites: ["a.org=80"] },
    evil: { sites: ["a.org=81", "b.org=81"] },
    refused: ["Cannot publish the domain b.org for git: evil has it"],
  },
  {
    what: "does not count what another publishes beyond its claims",
    claims: "git: { domains: [a.org], ports: [80] }",
    wanted: { sites: ["a.org=80"] },
    evil: { sites: ["a.org=80"], ports: ["80"] },
  },
  {
    what: "refuses what claims do not give",
    claims: "git: { ports: [80], networks: [10.0.0.0/8] }",
    wanted: { sites: ["a.org=80"], ports: ["80"] },
    refused: ["the site a.org", "the port 80/tcp from 0.0.0.0/0", "the port 80/tcp from ::/0"].map((thing) =>
      `Cannot publish ${thing}: /etc/ppm/claims.yml does not give it to git`
    ),
  },
  {
    what: "refuses everything to who is not named in claims",
    claims: "{}",
    wanted: { ports: ["80"] },
    refused: ["Cannot publish the port 80/tcp: /etc/ppm/claims.yml does not give it to git"],
  },
  {
    what: "only warns of what claims no longer give",
    claims: "git: { ports: [80] }",
    wanted: { sites: ["a.org=80", "b.org=80"] },
    before: { sites: ["a.org=80"] },
    refused: ["Cannot publish the site b.org: /etc/ppm/claims.yml does not give it to git"],
    warnings: ["The site a.org does not count: /etc/ppm/claims.yml does not give it to git"],
  },
  {
    what: "lets what claims give be published",
    claims: "git: { domains: ['*.org'], ports: [80] }",
    wanted: { sites: ["a.org=80"], ports: [aPort("80", FROM_HERE)] },
  },
];

for (const { what, wanted, before, evil = {}, claims: given, refused = [], warnings = [] } of ROWS) {
  Deno.test(`judgePublication() ${what}`, () => {
    const published = [
      aPublication("evil", evil),
      ...before === undefined ? [] : [aPublication("git", before)],
    ];
    const verdict = judgePublication(
      aPublication("git", wanted),
      known(published, given === undefined ? undefined : claims(given)),
    );
    assert.deepEqual(verdict, { refused, warnings });
  });
}

Deno.test("judgePublication() refuses nothing of what was published before", () => {
  fc.assert(fc.property(somePublications, fc.option(someClaims, { nil: undefined }), (all, given) => {
    for (const own of all) assert.deepEqual(judgePublication(own, known(all, given)).refused, []);
  }));
});

Deno.test("judgePublication() lets nothing through that makes a conflict, or goes beyond claims, where nothing was published before", () => {
  fc.assert(
    fc.property(somePublications, fc.option(someClaims, { nil: undefined }), (all, given) => {
      const [own, ...others] = all;
      if (own === undefined) return;
      const { refused, warnings } = judgePublication(own, known(others, given));
      const { applications } = known([own, ...others], given).neighbourhood;
      const contested = findConflicts(applications, given).some(({ users }) => users.includes(own.user));
      const beyond = given !== undefined && deniedTo(own, given).length > 0;
      assert.deepEqual(warnings, []);
      if (contested || beyond) assert.notEqual(refused.length, 0);
    }),
    { numRuns: 500 },
  );
});
