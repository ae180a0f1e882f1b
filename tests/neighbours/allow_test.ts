import fc from "fast-check";
import assert from "node:assert/strict";
import { allow, deniedTo, givesDomain, type Publication } from "../../src/neighbours/allow.ts";
import type { Claim, Claims } from "../../src/neighbours/claims.ts";
import {
  anApplication,
  aPort,
  aPublication,
  claims,
  someClaims,
  somePublications,
} from "../support/publication.ts";

const LEFT_OUT = { user: "zoe", message: "zoe: /var/lib/ppm/state/zoe/state.yml is a pipe" };

/** What stays of `publication`, and what is said of the rest. */
function judged(publication: Publication, given: Claims | undefined): {
  sites: readonly string[];
  ports: readonly string[];
  said: readonly string[];
} {
  const before = { applications: [anApplication(publication)], leftOut: [LEFT_OUT] };
  const { applications: [application], leftOut: [first, ...rest] } = allow(before, given);
  assert.deepEqual(first, LEFT_OUT);
  assert.ok(rest.every(({ user }) => user === publication.user));
  const { sites, ports, ...others } = application!;
  const { sites: _sites, ports: _ports, ...same } = anApplication(publication);
  assert.deepEqual(others, same);
  return {
    sites: sites.map(({ domain, path, port }) => `${domain}${path}=${port}`),
    ports: ports.map(({ first, last, protocol, from }) => `${first}-${last}/${protocol} ${from.join(" ")}`),
    said: rest.map(({ message }) => message),
  };
}

const GIVEN = `
git:
  domains: [Git.example.org, "*.pages.example.org"]
  ports: [3000, 8000-8010, 53/udp]
  networks: [10.0.0.0/8, "2001:db8::/32"]
web: { ports: [443] }
`;

interface Row {
  readonly what: string;
  readonly publishes: Parameters<typeof aPublication>[1];
  readonly user?: string;
  /** What stays. @default {nothing} */
  readonly sites?: readonly string[];
  readonly ports?: readonly string[];
  /** What is said not to be given: `the site x is`. @default {nothing} */
  readonly said?: string;
}

const ROWS: readonly Row[] = [
  {
    what: "a domain in another case than root wrote it",
    publishes: { sites: ["git.example.org=3000"] },
    sites: ["git.example.org/=3000"],
  },
  {
    what: "each path of a domain",
    publishes: { sites: ["git.example.org/a=3000"] },
    sites: ["git.example.org/a=3000"],
  },
  {
    what: "a name below a wildcard",
    publishes: { sites: ["x.pages.example.org=8003"] },
    sites: ["x.pages.example.org/=8003"],
  },
  {
    what: "a name deep below a wildcard",
    publishes: { sites: ["y.x.pages.example.org=8010"] },
    sites: ["y.x.pages.example.org/=8010"],
  },
  {
    what: "not the name of a wildcard itself",
    publishes: { sites: ["pages.example.org=3000"] },
    said: "the site pages.example.org is",
  },
  {
    what: "not a name that only ends like one",
    publishes: { sites: ["evilpages.example.org=3000"] },
    said: "the site evilpages.example.org is",
  },
  {
    what: "not a name below a domain",
    publishes: { sites: ["x.git.example.org=3000"] },
    said: "the site x.git.example.org is",
  },
  {
    what: "not a name above a domain",
    publishes: { sites: ["example.org=3000"] },
    said: "the site example.org is",
  },
  {
    what: "not a name that a domain only begins",
    publishes: { sites: ["git.example.org.evil.net=3000"] },
    said: "the site git.example.org.evil.net is",
  },
  {
    what: "not a site at another port",
    publishes: { sites: ["git.example.org=3001"] },
    said: "the port 3001 of the site git.example.org is",
  },
  {
    what: "not a site at a port that is given for udp",
    publishes: { sites: ["git.example.org=53"] },
    said: "the port 53 of the site git.example.org is",
  },
  {
    what: "a port from a given network",
    publishes: { ports: [aPort("3000", ["10.0.0.0/8"])] },
    ports: ["3000-3000/tcp 10.0.0.0/8"],
  },
  {
    what: "a port from a network inside",
    publishes: { ports: [aPort("3000", ["10.1.2.3", "2001:db8::/64"])] },
    ports: ["3000-3000/tcp 10.1.2.3 2001:db8::/64"],
  },
  {
    what: "of a port, only the given networks",
    publishes: { ports: [aPort("3000", ["10.0.0.0/7", "10.1.0.0/16"])] },
    ports: ["3000-3000/tcp 10.1.0.0/16"],
    said: "the port 3000/tcp from 10.0.0.0/7 is",
  },
  {
    what: "not a port from everywhere",
    publishes: { ports: ["3000"] },
    said: "the port 3000/tcp from 0.0.0.0/0, the port 3000/tcp from ::/0 are",
  },
  {
    what: "a whole range",
    publishes: { ports: [aPort("8000-8010", ["10.0.0.1"])] },
    ports: ["8000-8010/tcp 10.0.0.1"],
  },
  {
    what: "a range inside one",
    publishes: { ports: [aPort("8001-8009", ["10.0.0.1"])] },
    ports: ["8001-8009/tcp 10.0.0.1"],
  },
  {
    what: "not a range that begins before",
    publishes: { ports: [aPort("7999-8010", ["10.0.0.1"])] },
    said: "the port 7999-8010/tcp is",
  },
  {
    what: "not a range that ends behind",
    publishes: { ports: [aPort("8000-8011", ["10.0.0.1"])] },
    said: "the port 8000-8011/tcp is",
  },
  {
    what: "not a range around one",
    publishes: { ports: [aPort("1-65535", ["10.0.0.1"])] },
    said: "the port 1-65535/tcp is",
  },
  {
    what: "a port for udp",
    publishes: { ports: [aPort("53/udp", ["10.0.0.1"])] },
    ports: ["53-53/udp 10.0.0.1"],
  },
  {
    what: "not a port for udp that is given for tcp",
    publishes: { ports: [aPort("3000/udp", ["10.0.0.1"])] },
    said: "the port 3000/udp is",
  },
  {
    what: "not a port for tcp that is given for udp",
    publishes: { ports: [aPort("53", ["10.0.0.1"])] },
    said: "the port 53/tcp is",
  },
  {
    what: "a port from everywhere, where no networks are named",
    user: "web",
    publishes: { ports: ["443"] },
    ports: ["443-443/tcp 0.0.0.0/0 ::/0"],
  },
  {
    what: "no site, where no domains are named",
    user: "web",
    publishes: { sites: ["web.org=443"] },
    said: "the site web.org is",
  },
  {
    what: "nothing to who is not named",
    user: "evil",
    publishes: { sites: ["git.example.org=3000"], ports: [aPort("3000", ["10.0.0.1"])] },
    said: "the site git.example.org, the port 3000/tcp are",
  },
  {
    what: "what is left, beside what is not",
    publishes: {
      sites: ["a.org=3000", "git.example.org=3000"],
      ports: [aPort("9", ["10.0.0.1"]), aPort("3000", ["10.0.0.1"])],
    },
    sites: ["git.example.org/=3000"],
    ports: ["3000-3000/tcp 10.0.0.1"],
    said: "the site a.org, the port 9/tcp are",
  },
  {
    what: "a few names of many",
    publishes: { sites: [1, 2, 3, 4, 5, 6, 7].map((n) => `a${n}.org=3000`) },
    said:
      "the site a1.org, the site a2.org, the site a3.org, the site a4.org, the site a5.org and 2 more are",
  },
  {
    what: "five names of six",
    publishes: { sites: [1, 2, 3, 4, 5, 6].map((n) => `a${n}.org=3000`) },
    said:
      "the site a1.org, the site a2.org, the site a3.org, the site a4.org, the site a5.org and 1 more are",
  },
  {
    what: "five names in full",
    publishes: { sites: [1, 2, 3, 4, 5].map((n) => `a${n}.org=3000`) },
    said: "the site a1.org, the site a2.org, the site a3.org, the site a4.org, the site a5.org are",
  },
];

for (const { what, publishes, user = "git", sites = [], ports = [], said } of ROWS) {
  Deno.test(`allow() leaves ${what}`, () => {
    assert.deepEqual(judged(aPublication(user, publishes), claims(GIVEN)), {
      sites,
      ports,
      said: said === undefined ? [] : [`${user}: ${said} not given to it in /etc/ppm/claims.yml`],
    });
  });
}

Deno.test("allow() leaves everything where root keeps no claims, and nothing where it gives nothing", () => {
  const publication = aPublication("git", { sites: ["a.org=80"], ports: ["443"] });
  assert.deepEqual(judged(publication, undefined), {
    sites: ["a.org/=80"],
    ports: ["443-443/tcp 0.0.0.0/0 ::/0"],
    said: [],
  });
  const { sites, ports } = judged(publication, claims("{}"));
  assert.deepEqual([sites, ports], [[], []]);
});

Deno.test("allow() takes an empty list of networks at its word: from nowhere", () => {
  const given = claims("git: { ports: [443], networks: [] }");
  assert.deepEqual(judged(aPublication("git", { ports: [aPort("443", ["10.0.0.1"])] }), given).ports, []);
});

Deno.test("allow() leaves out a network that nobody can read", () => {
  const given = claims("git: { ports: [443] }");
  assert.deepEqual(judged(aPublication("git", { ports: [aPort("443", ["10.0.0.300"])] }), given).ports, []);
});

Deno.test("givesDomain() knows whose a domain is", () => {
  const given = claims("ann: { domains: [a.org] }");
  const asked = [["ann", "a.org"], ["ann", "b.org"], ["ben", "a.org"]] as const;
  assert.deepEqual(asked.map(([user, domain]) => givesDomain(given, user, domain)), [true, false, false]);
});

/** Whether a claim gives a domain, by its parts. */
function naivelyGiven({ domains }: Claim, domain: string): boolean {
  const parts = domain.split(".").reverse();
  return domains.some((given) => {
    const asked = given.split(".").reverse();
    const wild = asked.at(-1) === "*";
    const fixed = wild ? asked.slice(0, -1) : asked;
    return fixed.every((part, at) => parts[at] === part) &&
      (wild ? parts.length > fixed.length : parts.length === fixed.length);
  });
}

function naivelyOpen({ ports }: Claim, port: number, protocol: string): boolean {
  return ports.some((given) => given.protocol === protocol && given.first <= port && port <= given.last);
}

/** Each network that the tests use, and those that hold it. */
const HOLDERS: Readonly<Record<string, readonly string[]>> = {
  "0.0.0.0/0": ["0.0.0.0/0"],
  "10.0.0.0/8": ["10.0.0.0/8", "0.0.0.0/0"],
  "10.1.0.0/16": ["10.1.0.0/16", "10.0.0.0/8", "0.0.0.0/0"],
  "10.1.2.3": ["10.1.2.3", "10.1.0.0/16", "10.0.0.0/8", "0.0.0.0/0"],
  "::/0": ["::/0"],
  "2001:db8::/32": ["2001:db8::/32", "::/0"],
};

const WRITTEN = new Map(
  [
    ["4 0 0", "0.0.0.0/0"],
    [`4 ${10n << 24n} 8`, "10.0.0.0/8"],
    [`4 ${(10n << 24n) + (1n << 16n)} 16`, "10.1.0.0/16"],
    [
      `4 ${(10n << 24n) + (1n << 16n) + (2n << 8n) + 3n} 32`,
      "10.1.2.3",
    ],
    ["6 0 0", "::/0"],
    [`6 ${0x20010db8n << 96n} 32`, "2001:db8::/32"],
  ],
);

function naivelyReachable({ networks }: Claim, network: string): boolean {
  const given = networks.map(({ version, first, prefix }) => WRITTEN.get(`${version} ${first} ${prefix}`));
  return HOLDERS[network]!.some((holder) => given.includes(holder));
}

Deno.test("allow() lets through what one claim gives, and never a domain, port or network that none does", () => {
  fc.assert(
    fc.property(somePublications, someClaims, (publications, given) => {
      const { applications } = allow({ applications: publications.map(anApplication), leftOut: [] }, given);
      assert.deepEqual(applications.map(({ user }) => user), publications.map(({ user }) => user));
      for (const [at, { user, sites, ports }] of publications.entries()) {
        const claim = given.get(user) ?? { domains: [], ports: [], networks: [] };
        const left = applications[at]!;
        assert.deepEqual(
          left.sites,
          sites.filter(({ domain, port }) => naivelyGiven(claim, domain) && naivelyOpen(claim, port, "tcp")),
        );
        for (const { first, last, protocol, from } of left.ports) {
          for (let port = first; port <= last; port++) assert.ok(naivelyOpen(claim, port, protocol));
          assert.ok(from.length > 0 && from.every((network) => naivelyReachable(claim, network)));
        }
        const whole = ports.filter(({ first, last, protocol, from }) =>
          claim.ports.some((each) =>
            each.protocol === protocol && each.first <= first && last <= each.last
          ) &&
          from.some((network) => naivelyReachable(claim, network))
        );
        assert.equal(left.ports.length, whole.length);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("deniedTo() names something exactly where allow() takes something away", () => {
  fc.assert(fc.property(somePublications, someClaims, (publications, given) => {
    for (const publication of publications) {
      const application = anApplication(publication);
      const { applications, leftOut } = allow({ applications: [application], leftOut: [] }, given);
      const denied = deniedTo(publication, given);
      const gone = JSON.stringify(applications) !== JSON.stringify([application]);
      assert.equal(denied.length > 0, gone);
      assert.equal(leftOut.length, gone ? 1 : 0);
    }
  }));
});
