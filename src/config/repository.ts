/** Where a definition may come from: an allow-list, because git runs programs for some addresses (`ext::`, `-o…`). */

const USE_HTTPS = "must be an https or ssh address or a path";

/**
 * Returns what keeps `repository` from being one that git may be given: `must …`, never repeating it; undefined if nothing does.
 * Allowed are https://, ssh://, `user@host:path`, file:///, absolute paths, `~/` and paths relative to the home directory.
 */
export function repositoryFault(repository: string): string | undefined {
  if (repository.startsWith("-")) return "must not begin with a dash";
  if (/^[A-Za-z][A-Za-z0-9+.-]*::/.test(repository)) {
    return `${USE_HTTPS}: git would run a program for this one`;
  }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(repository)?.[1]?.toLowerCase();
  if (scheme !== undefined) return urlFault(scheme, repository);
  const colon = repository.indexOf(":");
  const slash = repository.indexOf("/");
  if (colon >= 0 && (slash < 0 || colon < slash)) {
    return scpFault(repository.slice(0, colon), repository.slice(colon + 1));
  }
  return repository.startsWith("~") && !repository.startsWith("~/")
    ? "must not be in the home directory of somebody else: write the path out"
    : undefined;
}

/** Whether a URL carries a password, or a user name where only a token can be one. */
export function hasCredentials(url: string): boolean {
  const authority = /[A-Za-z0-9]:\/\/([^/]*)@/.exec(url)?.[1];
  return authority !== undefined && (authority.includes(":") || !/^(?:sftp:)?ssh:|^sftp:/i.test(url));
}

/** Returns `path` made absolute: `~/` and relative paths begin at `home`. */
export function underHome(path: string, home: string): string {
  if (path.startsWith("/")) return path;
  return `${home}/${path.replace(/^~\//, "").replace(/^(?:\.\/)+/, "")}`;
}

/** Returns the repository as git is to be given it: paths absolute, everything else as it is. */
export function resolveRepository(repository: string, home: string): string {
  return repository.includes(":") && !repository.startsWith("/") && !/^[^:]*\//.test(repository) ||
      /^[a-z]+:\/\//i.test(repository)
    ? repository
    : underHome(repository, home);
}

function urlFault(scheme: string, repository: string): string | undefined {
  if (scheme === "http" || scheme === "git") {
    return `${USE_HTTPS}: ${scheme}:// lets anybody on the way change what runs here`;
  }
  if (scheme === "file") {
    return /^file:\/\/\/[^/]/i.test(repository) ? undefined : "must be file:/// and an absolute path";
  }
  if (scheme !== "https" && scheme !== "ssh") return `${USE_HTTPS}: ${scheme}:// is not known`;
  if (hasCredentials(repository)) {
    return "must not hold credentials: put them into ~/.netrc with mode 0600 (https), or use an ssh key";
  }
  const rest = repository.slice(scheme.length + 3);
  const [, host = "", path = ""] =
    /^(?:[^/@]*@)?(\[[0-9A-Fa-f:.]+\]|[^/:]*)(?::[0-9]+)?(\/.*)?$/.exec(rest) ?? [];
  if (/[?#]/.test(rest)) return "must not have a query or fragment (? or #)";
  if (rest.startsWith("-") || !isHost(host)) return "must name a host after the ://";
  return path.length > 1 ? undefined : "must name a repository after the host";
}

function scpFault(where: string, path: string): string | undefined {
  const at = where.lastIndexOf("@");
  if (where.startsWith("-") || !isHost(where.slice(at + 1))) return "must name a host before the colon";
  if (at >= 0 && !/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(where.slice(0, at))) {
    return "must name a plain user before the @";
  }
  return path === "" || path.startsWith("-") ? "must name a path after the colon" : undefined;
}

function isHost(host: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(host) || /^\[[0-9A-Fa-f:.]+\]$/.test(host);
}
