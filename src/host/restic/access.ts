/** How restic gets at a repository: where it is, its password, its environment, and what of that must never be shown. */
import type { ReadSystem, System } from "../system.ts";

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

/** A repository, seen from a machine that can be changed, or only looked at. */
export interface Repository<S extends ReadSystem = System> {
  readonly system: S;
  readonly access: ResticAccess;
}

/** Everything between a scheme and a host; the last `@` before the path ends it, as for restic. */
const CREDENTIALS = /\b([a-z][a-z0-9+.-]*):\/\/([^/\s"']*)@/gi;

/** Returns `text` without the credentials of the URLs in it. A name without a password is none, except over http, where tokens stand there. */
export function redactRepository(text: string): string {
  return text.replace(CREDENTIALS, (whole: string, scheme: string, credentials: string) => {
    const [name = "", ...password] = credentials.split(":");
    if (/^https?$/i.test(scheme)) return `${scheme}://***@`;
    return password.length === 0 ? whole : `${scheme}://${name}:***@`;
  });
}

/** Returns what must not be printed: the repository's credentials, and what restic alone is handed. */
export function resticSecrets(
  access: ResticAccess,
): readonly { readonly name: string; readonly value: string }[] {
  const credentials = [...access.repository.matchAll(CREDENTIALS)].flatMap(([, scheme = "", text = ""]) => {
    const [name = "", ...password] = text.split(":");
    return /^https?$/i.test(scheme) ? [name, password.join(":")] : [password.join(":")];
  });
  return [
    ...credentials.filter(Boolean).map((value) => ({ name: "backup.repository", value })),
    ...Object.entries(access.environment).map(([name, value]) => ({ name, value })),
  ];
}

/** Whether the repository's URL holds what may stand in no list of arguments and in no process's environment. */
export function holdsCredentials(access: ResticAccess): boolean {
  return redactRepository(access.repository) !== access.repository;
}

/** Returns the environment that restic gets; `repositoryFile` holds the repository's URL where that holds credentials. */
export function resticEnvironment(
  access: ResticAccess,
  repositoryFile: string | undefined,
): Readonly<Record<string, string>> {
  return {
    ...access.environment,
    ...(repositoryFile === undefined
      ? { RESTIC_REPOSITORY: access.repository }
      : { RESTIC_REPOSITORY_FILE: repositoryFile }),
    RESTIC_PASSWORD_FILE: access.passwordfile,
    RESTIC_PROGRESS_FPS: "2",
  };
}
