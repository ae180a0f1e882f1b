/** How restic gets at a repository: where it is, its password, and the ssh command for `sftp:`. */
import type { ReadSystem } from "../system.ts";

/** What config.yml's `backup:` says of the repository, and whether restic works inside `podman unshare`. */
export interface ResticAccess {
  /** As restic takes it; may hold credentials. */
  readonly repository: string;
  /** Absolute path. */
  readonly passwordfile: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether passes and restores run inside `podman unshare`. */
  readonly unshare: boolean;
}

/** A repository, seen from a machine. */
export interface Repository<S extends ReadSystem = ReadSystem> {
  readonly system: S;
  readonly access: ResticAccess;
}
