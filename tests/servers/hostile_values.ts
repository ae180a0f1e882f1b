/** Hostile state files: what says something that it may not. */
import {
  app,
  type HostileState,
  leftOut,
  LISTED,
  listed,
  MARK,
  openings,
  part,
  type Parts,
  sites,
} from "./hostile_states.ts";

/** Parts that say what they may not. */
export const VALUES: readonly HostileState[] = [
  part("another user", { user: "user: ben" }, leftOut("says that it is somebody else's")),
  part("root", { user: "user: root" }, leftOut("says that it is somebody else's")),
  part("a version to come", { version: "version: 2" }, leftOut("is wrong: version is not 1")),
  part("a version as a text", { version: "version: '1'" }, leftOut("is wrong: version is not a number")),
  part("an instance that paints", { instance: `instance: "\\e[31m${MARK}"` }, leftOut("")),
  part(
    "an instance that climbs",
    { instance: `instance: ../${MARK}` },
    leftOut("is wrong: instance is not as it must be"),
  ),
  part(
    "a name that closes a comment",
    app({ name: `'x" drop; # ${MARK}'` }),
    leftOut("app.name is not as it must be"),
  ),
  part("a version that looks like two columns", app({ version: `'1  ben  ben ${MARK}'` }), LISTED),
  part(
    "a description too long",
    app({ description: MARK.repeat(200) }),
    leftOut("has more than 1000 characters"),
  ),
  part(
    "a unit that is an option",
    { units: `units:\n  - "--machine=${MARK}"` },
    leftOut("is not as it must be"),
  ),
  part("a unit that begins like an option", { units: `units:\n  - --${MARK}.service` }, LISTED),
  part("units of others", { units: "units:\n  - web.service\n  - user@0.service" }, LISTED),
  part(
    "a commit that is an option",
    { definition: `definition:\n  repository: x\n  commit: --${MARK}` },
    leftOut(""),
  ),
  part("a huge port", sites({ port: "99999999999999999999" }), leftOut("")),
  part("a negative port", sites({ port: "-1" }), leftOut("port is not a whole number from 1 to 65535")),
  part("port 0", sites({ port: "0" }), leftOut("port is not a whole number from 1 to 65535")),
  part("port 65536", openings({ first: "65536" }), leftOut("first is not a whole number from 1 to 65535")),
  part("half a port", sites({ port: "80.5" }), leftOut("port is not a whole number from 1 to 65535")),
  part("a port as a text", openings({ first: `'22; drop ${MARK}'` }), leftOut("first is not a number")),
  part("a range that is none", openings({ first: "9001", last: "9000" }), leftOut("is not a range")),
  part(
    "a protocol of its own",
    openings({ protocol: `'tcp ${MARK}'` }),
    leftOut("protocol is not tcp or udp"),
  ),
  part(
    "a network with host bits",
    openings({ from: "10.1.2.3/8" }),
    listed('ip saddr { 10.0.0.0/8 } tcp dport 9000 accept comment "evil (web)"', "tcp dport 9000 drop"),
  ),
  part(
    "a network with a brace",
    openings({ from: `'10.0.0.0/8 } accept ${MARK}'` }),
    leftOut("from has what is no network"),
  ),
  part("a network with a line break", openings({ from: `"10.0.0.0/8\\n${MARK}"` }), leftOut("")),
  part(
    "a network by name",
    openings({ from: `${MARK}.example.org` }),
    leftOut("from has what is no network"),
  ),
  part("a zone", openings({ from: `'fe80::1%${MARK}'` }), leftOut("from has what is no network")),
  part("a network in octal", openings({ from: "010.0.0.0/8" }), leftOut("from has what is no network")),
  part("a domain with a space", sites({ domain: `'${MARK}.org ben.example.org'` }), leftOut("")),
  part("a domain with a brace", sites({ domain: `'${MARK}.org {'` }), leftOut("")),
  part("a domain with a line break", sites({ domain: `"${MARK}.org\\nben.example.org"` }), leftOut("")),
  part("a domain with a quotation mark", sites({ domain: `'${MARK}".org'` }), leftOut("")),
  part("a domain of all", sites({ domain: `'*'` }), leftOut("")),
  part("a domain of all below", sites({ domain: `'*.${MARK}.org'` }), leftOut("")),
  part("a domain with a dot behind it", sites({ domain: "ben.example.org." }), leftOut("")),
  part("a domain in capitals", sites({ domain: "BEN.example.org" }), leftOut("domain is not lower case")),
  part("a domain with a port", sites({ domain: "ben.example.org:80" }), leftOut("")),
  part("a domain that is an address", sites({ domain: `'[::1]'` }), leftOut("")),
  part("a domain in letters that look alike", sites({ domain: "bеn.example.org" }), leftOut("")),
  part("a domain in Punycode", sites({ domain: "xn--bn-nlc.example.org" }), LISTED),
  part(
    "a path that climbs",
    sites({ path: `/../${MARK}` }),
    leftOut("must be written without empty parts, . and .."),
  ),
  part("a path with a brace", sites({ path: `'/{${MARK}}'` }), leftOut("")),
  part("a path with a star", sites({ path: `/${MARK}*` }), leftOut("")),
  part("one address twice", sites({}, {}), leftOut("has one address twice")),
  part(
    "a thousand sites",
    sites(...Array.from({ length: 600 }, (_, n) => ({ domain: `d${n}.x.org` }))),
    LISTED,
  ),
  part(
    "hundreds of openings",
    openings(...Array.from({ length: 500 }, (_, n) => ({ first: `${10000 + n}` }))),
    listed(
      ...Array.from(
        { length: 500 },
        (_, n) => `meta nfproto ipv4 tcp dport ${10000 + n} accept comment "evil (web)"`,
      ),
      ...Array.from({ length: 500 }, (_, n) => `tcp dport ${10000 + n} drop`),
    ),
  ),
  part(
    "everything else, from one network",
    openings({ first: "9000", last: "9999", from: "10.0.0.0/8" }),
    listed(
      `ip saddr { 10.0.0.0/8 } tcp dport 9000-9999 accept comment "evil (web)"`,
      "tcp dport 9000-9999 drop",
    ),
  ),
  part("a time to come", { times: "times:\n  backup: 9999-12-31T23:59:59.999Z" }, LISTED),
  part("no time", { times: `times:\n  backup: ${MARK}` }, leftOut("times.backup is not a time")),
  part("a time that never was", { times: "times:\n  backup: 2025-02-30T25:00:00.000Z" }, leftOut("")),
  part(
    "another kind of everything",
    { app: "app: []", units: "units: {}", plugins: "plugins: no" },
    leftOut("app is not a mapping"),
  ),
  part("what a newer ppm may write", { plugins: `plugins:\n  shell:\n    run: ${MARK}` }, LISTED),
  part("a state that is no mapping", { state: `state: ${MARK}` }, leftOut("state is not a mapping")),
  part("the instance of another", { instance: "instance: ben" }, LISTED),
];

/** What belongs to somebody else. */
export const CONTESTED: readonly (HostileState & { readonly wanted: string })[] = [
  contested("the domain of another", sites({ domain: "ben.example.org" }), "the domain ben.example.org"),
  contested(
    "a path of another's domain",
    sites({ domain: "ben.example.org", path: `/${MARK}` }),
    "the domain ben.example.org",
  ),
  contested("the port behind another's site", sites({ port: "8100" }), "the port 8100/tcp"),
  contested("another's site as an opening", openings({ first: "8100" }), "the port 8100/tcp"),
  contested("another's opening as a site", sites({ port: "8443" }), "the port 8443/tcp"),
  contested("an opening over all ports", openings({ first: "1", last: "65535" }), "the port 8100/tcp"),
];

function contested(name: string, changes: Parts, wanted: string) {
  return { ...part(name, changes, { kind: "conflict", wanted }), wanted };
}
