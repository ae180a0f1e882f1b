/**
 * `/etc/ppm/claims.yml`: which user of this server may have which domains, ports and networks. Root's word, and only root's: a file that
 * somebody else could have written is refused, never ignored.
 */
import type { Network } from "../definition/network.ts";
import type { ProtocolPorts } from "../definition/open_port.ts";
import { InvalidError } from "../errors.ts";
import { formatMode } from "../host/file_error.ts";
import type { ReadSystem } from "../host/system.ts";

/** Where root keeps its own files about ppm. */
export const CLAIMS_DIRECTORY = "/etc/ppm";

/** Who may have what. Root's, readable by everybody. */
export const CLAIMS_FILE = `${CLAIMS_DIRECTORY}/claims.yml`;

/** What one user may have. */
export interface Claim {
  /** In lower case: host names, and `*.x` for every name below x. */
  readonly domains: readonly string[];
  readonly ports: readonly ProtocolPorts[];
  /** From where its ports may be reached. */
  readonly networks: readonly Network[];
}

/** What each user may have, by name; who is not in it may have nothing. */
export type Claims = ReadonlyMap<string, Claim>;

/**
 * Reads claims.yml; undefined where root keeps none, and so limits nobody. Throws {@linkcode InvalidError} with every problem for one
 * that is wrong or that others could have written, and UserError for one that cannot be read: neither counts as "no claims".
 */
export async function readClaims(system: ReadSystem): Promise<Claims | undefined> {
  requireRoots(system, CLAIMS_DIRECTORY, "directory");
  if (!requireRoots(system, CLAIMS_FILE, "file")) return undefined;
  const bytes = system.readFile(CLAIMS_FILE);
  if (bytes === undefined) return undefined;
  const { checkClaims } = await import("./check_claims.ts"); // most servers have no claims, and `ppm list` is to be quick
  return checkClaims(bytes, CLAIMS_FILE);
}

/** Returns whether anything stands at `path`. Throws unless that is of this kind, root's, and root's alone to write. */
function requireRoots(system: ReadSystem, path: string, kind: "file" | "directory"): boolean {
  const stat = system.lstat(path);
  if (stat === undefined) return false;
  if (stat.kind !== kind) {
    const what = stat.kind === "link" ? "a symbolic link" : `no ${kind === "file" ? "regular file" : kind}`;
    refuse(path, `it is ${what}`, `As root: put the ${kind} itself there`);
  }
  if (stat.uid !== 0) {
    refuse(path, `it belongs to uid ${stat.uid}, not to root`, `As root: chown root ${path}`);
  }
  if ((stat.mode & 0o022) !== 0) {
    refuse(
      path,
      `its mode is ${formatMode(stat.mode)}, so others can change it`,
      `As root: chmod go-w ${path}`,
    );
  }
  return true;
}

function refuse(path: string, why: string, hint: string): never {
  throw new InvalidError([{ file: CLAIMS_FILE, message: `Cannot trust ${path}: ${why}` }], { hint });
}
