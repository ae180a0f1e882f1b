/** Names of images, as units write them: `nginx`, `docker.io/library/nginx:1`, `ghcr.io/a/b@sha256:…`. Pure. */

/** Returns a name without tag and digest. */
export function repositoryOf(name: string): string {
  return name.replace(/@.*$/, "").replace(/:[^:/]*$/, "");
}

/** Whether a name says exactly which image it means, so that it can never mean another one. */
export function isPinned(name: string): boolean {
  return name.includes("@");
}

/**
 * Returns `name` with its registry, taken from `repositories` where it is a short one; undefined where none of them fits. podman finds
 * `nginx` in the registries that it is told to look in, but takes it for `localhost/nginx` where it is to give that name away.
 */
export function wholeName(name: string, repositories: readonly string[]): string | undefined {
  const repository = repositoryOf(name);
  const [host = ""] = repository.split("/");
  if (repository.includes("/") && (/[.:]/.test(host) || host === "localhost")) return name;
  const whole = repositories.find((each) => each.endsWith(`/${repository}`));
  return whole === undefined ? undefined : whole + name.slice(repository.length);
}
