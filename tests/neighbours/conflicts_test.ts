import fc from "fast-check";
import assert from "node:assert/strict";
import { UserError } from "../../src/errors.ts";
import { allow, type Publication } from "../../src/neighbours/allow.ts";
import type { Claims } from "../../src/neighbours/claims.ts";
import {
  type Conflict,
  conflictText,
  findConflicts,
  requireNoConflicts,
} from "../../src/neighbours/conflicts.ts";
import { anApplication, aPublication, claims, someClaims, somePublications } from "../support/publication.ts";

type Wishes = Parameters<typeof aPublication>[1];

const BOTH = "ann: { domains: ['*.org', a.org] }\nben: { domains: [a.org] }\n";

interface Row {
  readonly what: string;
  /** By user. */
  readonly published: Readonly<Record<string, Wishes>>;
  readonly claims?: string;
  readonly conflicts?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    what: "nothing between different domains and ports",
    published: { ann: { sites: ["a.org=80"] }, ben: { sites: ["b.org=81"] } },
  },
  {
    what: "one domain at two users",
    published: { ann: { sites: ["a.org=80"] }, ben: { sites: ["a.org=81"] } },
    conflicts: ["ann and ben both want the domain a.org"],
  },
  {
    what: "one domain at two users also below different paths",
    published: { ann: { sites: ["a.org/x=80"] }, ben: { sites: ["a.org/y=81"] } },
    conflicts: ["ann and ben both want the domain a.org"],
  },
  {
    what: "one domain at three users, once",
    published: { cyd: { sites: ["a.org=1"] }, ann: { sites: ["a.org=2"] }, ben: { sites: ["a.org=3"] } },
    conflicts: ["ann, ben and cyd all want the domain a.org"],
  },
  {
    what: "nothing between a domain and a name below it",
    published: { ann: { sites: ["a.org=80"] }, ben: { sites: ["x.a.org=81"] } },
  },
  {
    what: "nothing between two sites of one user",
    published: { ann: { sites: ["a.org/x=80", "a.org/y=80"], ports: ["80", "79-81"] } },
  },
  {
    what: "nothing between paths of a domain that claims give to both",
    claims: BOTH,
    published: { ann: { sites: ["a.org/x=80"] }, ben: { sites: ["a.org/y=81"] } },
  },
  {
    what: "nothing between a path and one below it, of a domain that claims give to both",
    claims: BOTH,
    published: { ann: { sites: ["a.org=80"] }, ben: { sites: ["a.org/y=81"] } },
  },
  {
    what: "one path of a domain that claims give to both",
    claims: BOTH,
    published: { ann: { sites: ["a.org/x=80"] }, ben: { sites: ["a.org/x=81"] } },
    conflicts: ["ann and ben both want the domain a.org/x"],
  },
  {
    what: "the top of a domain that claims give to both",
    claims: BOTH,
    published: { ann: { sites: ["a.org=80"] }, ben: { sites: ["a.org=81"] } },
    conflicts: ["ann and ben both want the domain a.org/"],
  },
  {
    what: "paths of a domain that claims give to both, in order",
    claims: BOTH,
    published: { ann: { sites: ["a.org/y=80", "a.org/x=82"] }, ben: { sites: ["a.org/y=81", "a.org/x=83"] } },
    conflicts: ["x", "y"].map((path) => `ann and ben both want the domain a.org/${path}`),
  },
  {
    what: "one path that is written in two ways",
    claims: BOTH,
    published: { ann: { sites: ["a.org/x=80"] }, ben: { sites: ["a.org/%58/=81"] } },
    conflicts: ["ann and ben both want the domain a.org/%58/"],
  },
  {
    what: "paths of a domain that claims give to one of them alone",
    claims: BOTH,
    published: { ann: { sites: ["b.org/x=80"] }, ben: { sites: ["b.org/y=81"] } },
    conflicts: ["ann and ben both want the domain b.org"],
  },
  {
    what: "one port behind two users' sites",
    published: { ann: { sites: ["a.org=80"] }, ben: { sites: ["b.org=80"] } },
    conflicts: ["ann and ben both want the port 80/tcp"],
  },
  {
    what: "one port that two users open",
    published: { ann: { ports: ["443"] }, ben: { ports: ["443"] } },
    conflicts: ["ann and ben both want the port 443/tcp"],
  },
  {
    what: "one port that two users open, whatever claims give",
    claims: "ann: { ports: [443] }\nben: { ports: [443] }",
    published: { ann: { ports: ["443"] }, ben: { ports: ["443"] } },
    conflicts: ["ann and ben both want the port 443/tcp"],
  },
  {
    what: "a port behind a site that another user opens",
    published: { ann: { sites: ["a.org=8005"] }, ben: { ports: ["8000-8010"] } },
    conflicts: ["ann and ben both want the port 8005/tcp"],
  },
  {
    what: "nothing between a site and another user's port for udp",
    published: { ann: { sites: ["a.org=53"] }, ben: { ports: ["53/udp"] } },
  },
  { what: "nothing between tcp and udp", published: { ann: { ports: ["53"] }, ben: { ports: ["53/udp"] } } },
  {
    what: "one port for udp",
    published: { ann: { ports: ["53/udp"] }, ben: { ports: ["50-60/udp"] } },
    conflicts: ["ann and ben both want the port 53/udp"],
  },
  {
    what: "where ranges overlap",
    published: { ann: { ports: ["10-20"] }, ben: { ports: ["15-30"] } },
    conflicts: ["ann and ben both want the port 15-20/tcp"],
  },
  {
    what: "ranges that share one port",
    published: { ann: { ports: ["10-20"] }, ben: { ports: ["20-30"] } },
    conflicts: ["ann and ben both want the port 20/tcp"],
  },
  {
    what: "nothing between ranges that touch",
    published: { ann: { ports: ["10-20"] }, ben: { ports: ["21-30"] } },
  },
  {
    what: "the last port",
    published: { ann: { ports: ["65535"] }, ben: { ports: ["1-65535"] } },
    conflicts: ["ann and ben both want the port 65535/tcp"],
  },
  {
    what: "one overlap where one user wants it in pieces that touch",
    published: { ann: { ports: ["15-20", "10-14"] }, ben: { ports: ["10-20"] } },
    conflicts: ["ann and ben both want the port 10-20/tcp"],
  },
  {
    what: "overlaps of three users, each with those that want it",
    published: { ann: { ports: ["10-20"] }, ben: { ports: ["15-30"] }, cyd: { ports: ["18-18"] } },
    conflicts: [
      "ann and ben both want the port 15-17/tcp",
      "ann, ben and cyd all want the port 18/tcp",
      "ann and ben both want the port 19-20/tcp",
    ],
  },
  {
    what: "everything, domains first, then tcp, then udp",
    published: {
      ann: { sites: ["b.org=9", "a.org=9"], ports: ["5/udp", "7"] },
      ben: { sites: ["a.org=9", "b.org=9"], ports: ["7", "5/udp"] },
    },
    conflicts: ["a.org", "b.org"].map((domain) => `ann and ben both want the domain ${domain}`).concat(
      ["7/tcp", "9/tcp", "5/udp"].map((port) => `ann and ben both want the port ${port}`),
    ),
  },
];

for (const { what, published, claims: given, conflicts = [] } of ROWS) {
  Deno.test(`findConflicts() finds ${what}`, () => {
    const publications = Object.entries(published).map(([user, wishes]) => aPublication(user, wishes));
    const found = findConflicts(publications, given === undefined ? undefined : claims(given));
    assert.deepEqual(found.map(conflictText), conflicts);
  });
}

/** Each single thing that two or more users want, with who they are. */
function naively(
  publications: readonly Publication[],
  given: Claims | undefined,
): ReadonlyMap<string, string> {
  const wanted: { thing: string; user: string }[] = publications.flatMap(({ user, sites, ports }) => [
    ...sites.map(({ domain, path }) => ({ thing: given === undefined ? domain : domain + path, user })),
    ...sites.map(({ port }) => ({ thing: `${port}/tcp`, user })),
    ...ports.flatMap(({ first, last, protocol }) =>
      Array.from({ length: last - first + 1 }, (_, at) => ({ thing: `${first + at}/${protocol}`, user }))
    ),
  ]);
  return new Map(
    [...Map.groupBy(wanted, ({ thing }) => thing)].map(([thing, all]) =>
      [thing, [...new Set(all.map(({ user }) => user))].sort()] as const
    ).filter(([, users]) => users.length > 1).map(([thing, users]) => [thing, users.join(" ")]),
  );
}

/** The same of what was found. */
function taken(conflicts: readonly Conflict[]): ReadonlyMap<string, string> {
  const things = conflicts.flatMap(({ users, wanted }) => {
    const who = users.join(" ");
    if (wanted.kind === "domain") return [[`${wanted.domain}${wanted.path ?? ""}`, who] as const];
    const { first, last, protocol } = wanted;
    return Array.from({ length: last - first + 1 }, (_, at) => [`${first + at}/${protocol}`, who] as const);
  });
  assert.equal(new Set(things.map(([thing]) => thing)).size, things.length, "nothing is named twice");
  return new Map(things);
}

const sorted = (map: ReadonlyMap<string, string>) => [...map].sort();

Deno.test("findConflicts() finds all that several want, and nothing else, as a naive count does", () => {
  fc.assert(
    fc.property(somePublications, fc.option(someClaims, { nil: undefined }), (all, given) => {
      const { applications } = allow({ applications: all.map(anApplication), leftOut: [] }, given);
      assert.deepEqual(
        sorted(taken(findConflicts(applications, given))),
        sorted(naively(applications, given)),
      );
    }),
    { numRuns: 2000 },
  );
});

Deno.test("findConflicts() says the same in whatever order the applications come", () => {
  fc.assert(fc.property(somePublications, fc.option(someClaims, { nil: undefined }), (all, given) => {
    assert.deepEqual(findConflicts(all.toReversed(), given), findConflicts(all, given));
  }));
});

Deno.test("findConflicts() says no more than hostile users have ranges", () => {
  const ports = (offset: number) =>
    Array.from({ length: 300 }, (_, at) => `${at * 200 + offset}-${at * 200 + 150 + offset}`);
  const publications = Array.from(
    { length: 20 },
    (_, at) => aPublication(`u${at}`, { ports: ports(at + 1) }),
  );
  const found = findConflicts(publications, undefined);
  assert.ok(found.length <= 2 * 20 * 300);
});

Deno.test("requireNoConflicts() does nothing where there is none", () => {
  requireNoConflicts([], "/var/lib/ppm/state");
});

Deno.test("requireNoConflicts() names every conflict, and what can be done", () => {
  const conflicts = findConflicts([
    aPublication("ann", { sites: ["a.org=80"] }),
    aPublication("ben", { sites: ["a.org=80"] }),
  ], undefined);
  assert.throws(() => requireNoConflicts(conflicts, "/srv/state"), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(
      error.message,
      "Cannot give the domain a.org to anybody: ann and ben both want it\nCannot give the port 80/tcp to anybody: ann and ben both want it",
    );
    assert.equal(
      error.hint,
      "Root says in /etc/ppm/claims.yml who may have it. If one of them is no longer in use, as root: rm -r /srv/state/USER",
    );
    assert.equal(error.exit, "failed");
    return true;
  });
});

Deno.test("requireNoConflicts() counts what is too much to name", () => {
  const sites = (count: number) => Array.from({ length: count }, (_, at) => `a${at}.org=80`);
  const lines = (count: number) => {
    const both = ["ann", "ben"].map((user) => aPublication(user, { sites: sites(count - 1) }));
    const conflicts = findConflicts(both, undefined);
    try {
      requireNoConflicts(conflicts, "/srv/state");
    } catch (error) {
      return String(error).split("\n");
    }
    return [];
  };
  assert.equal(lines(50).length, 50);
  assert.deepEqual(lines(52).slice(50), ["… and 2 more"]);
});
