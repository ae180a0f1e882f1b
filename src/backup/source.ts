/** Where data is brought back from. */
import type { Hands } from "../apply/hands.ts";
import type { BackupConfig } from "../config/config.ts";
import { UserError } from "../errors.ts";
import type { Repository } from "../host/restic/repository.ts";
import type { ReadSystem } from "../host/system.ts";
import { hasSubordinateIds } from "../host/user_namespace.ts";
import { openRepository } from "./open_repository.ts";
import type { Snapshot } from "./snapshot.ts";

/** A snapshot, and the repository that holds it. */
export interface Source<S extends ReadSystem = ReadSystem> {
  readonly repository: Repository<S>;
  readonly snapshot: Snapshot;
}

/** Returns `snapshot` as a source. Throws (exit code 8) where its owners could not be given back here. */
export function openSource<S extends ReadSystem>(
  hands: Hands<S>,
  backup: BackupConfig,
  snapshot: Snapshot,
): Source<S> {
  if (snapshot.unshare) requireUserNamespace(hands.system, snapshot);
  return { repository: openRepository(hands, backup, snapshot), snapshot };
}

/** Whether trees may hold, and this user may remove, what belongs to the users of containers. */
export function canUnshare(system: ReadSystem): boolean {
  return system.which("podman") !== undefined && hasSubordinateIds(system);
}

function requireUserNamespace(system: ReadSystem, snapshot: Snapshot): void {
  const { name } = system.user;
  const fault = system.which("podman") === undefined
    ? { why: "podman is not installed", hint: "As root: install podman and uidmap" }
    : !hasSubordinateIds(system)
    ? {
      why: `${name} has no subordinate ids`,
      hint:
        `As root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${name} (a range that nobody else has)`,
    }
    : undefined;
  if (fault === undefined) return;
  throw new UserError(
    `Cannot restore the snapshot ${
      snapshot.id.slice(0, 8)
    }: files in it belong to users of containers, and ${fault.why}`,
    { exit: "refused", hint: fault.hint },
  );
}
