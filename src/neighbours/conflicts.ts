/** What several applications of a server want and only one can have. Pure. */
import { formatPorts, type Protocol, type ProtocolPorts } from "../definition/open_port.ts";
import { UserError } from "../errors.ts";
import { givesDomain, type Publication } from "./allow.ts";
import { type Claims, CLAIMS_FILE } from "./claims.ts";
import { mergeRanges, sharedRanges } from "./port_ranges.ts";

/** What a conflict is about. */
export type Wanted =
  /** A domain; with `path`, only what is below it there. */
  | { readonly kind: "domain"; readonly domain: string; readonly path?: string }
  | { readonly kind: "port" } & ProtocolPorts;

/** Something that several users want and only one can have. */
export interface Conflict {
  /** Two or more, sorted. */
  readonly users: readonly string[];
  readonly wanted: Wanted;
}

/** So many conflicts are named in an error. */
const MAX_NAMED = 50;

/**
 * Returns what several of `applications` (as `allow` has left them) want: a domain, or, where claims give it to each of them, an address;
 * and ports, those behind sites among them. Sorted: domains first, then ports by protocol and number. The order of `applications` does not matter.
 */
export function findConflicts(
  applications: readonly Publication[],
  claims: Claims | undefined,
): readonly Conflict[] {
  return [
    ...findDomainConflicts(applications, claims),
    ...findPortConflicts(applications, "tcp"),
    ...findPortConflicts(applications, "udp"),
  ];
}

/** Throws UserError that names every conflict; does nothing if there is none. */
export function requireNoConflicts(conflicts: readonly Conflict[], statedirectory: string): void {
  if (conflicts.length === 0) return;
  const named = conflicts.slice(0, MAX_NAMED).map(({ users, wanted }) =>
    `Cannot give ${wantedText(wanted)} to anybody: ${wanting(users)} it`
  );
  const rest = conflicts.length - named.length;
  throw new UserError([...named, ...rest > 0 ? [`… and ${rest} more`] : []].join("\n"), {
    hint: conflictHint(statedirectory),
  });
}

/** Returns who wants what, as one line: `evil and forgejo both want the domain git.example.org`. */
export function conflictText({ users, wanted }: Conflict): string {
  return `${wanting(users)} ${wantedText(wanted)}`;
}

function wanting(users: readonly string[]): string {
  const all = `${users.slice(0, -1).join(", ")} and ${users.at(-1)}`;
  return `${all} ${users.length === 2 ? "both" : "all"} want`;
}

/** Returns what is wanted, in words. */
export function wantedText(wanted: Wanted): string {
  return wanted.kind === "domain"
    ? `the domain ${wanted.domain}${wanted.path ?? ""}`
    : `the port ${formatPorts(wanted)}/${wanted.protocol}`;
}

/** Returns what can be done about conflicts. */
export function conflictHint(statedirectory: string): string {
  return `Root says in ${CLAIMS_FILE} who may have it. If one of them is no longer in use, as root: rm -r ${statedirectory}/USER`;
}

function findDomainConflicts(
  applications: readonly Publication[],
  claims: Claims | undefined,
): readonly Conflict[] {
  const addresses = applications.flatMap(({ user, sites }) =>
    sites.map(({ domain, path }) => ({ user, domain, path }))
  );
  const byDomain = [...Map.groupBy(addresses, ({ domain }) => domain)].sort(([a], [b]) => a < b ? -1 : 1);
  return byDomain.flatMap(([domain, group]): readonly Conflict[] => {
    if (claims === undefined || !group.every(({ user }) => givesDomain(claims, user, domain))) {
      return ofSeveral(group, { kind: "domain", domain });
    }
    const byPath = [...Map.groupBy(group, ({ path }) => pathKey(path))].sort(([a], [b]) => a < b ? -1 : 1);
    return byPath.flatMap(([, same]) => {
      const path = same.map(({ path }) => path).sort()[0]!;
      return ofSeveral(same, { kind: "domain", domain, path });
    });
  });
}

/** Web servers undo percent signs; some of them compare without case, and take `/a` and `/a/` for one. So does this. Not for display. */
function pathKey(path: string): string {
  return path.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
    .toLowerCase().replace(/\/$/, "");
}

function ofSeveral(wanting: readonly { readonly user: string }[], wanted: Wanted): readonly Conflict[] {
  const users = [...new Set(wanting.map(({ user }) => user))].sort();
  return users.length > 1 ? [{ users, wanted }] : [];
}

function findPortConflicts(applications: readonly Publication[], protocol: Protocol): readonly Conflict[] {
  const holdings = applications.flatMap(({ user, sites, ports }) => {
    const behind = protocol === "tcp" ? sites.map(({ port }) => ({ first: port, last: port })) : [];
    const open = ports.filter((port) => port.protocol === protocol);
    return mergeRanges([...behind, ...open]).map((range) => ({ ...range, user }));
  });
  return sharedRanges(holdings).map(({ first, last, users }) => ({
    users,
    wanted: { kind: "port", protocol, first, last },
  }));
}
