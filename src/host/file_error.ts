/** What the operating system says of files, in words. */
import { UserError } from "../errors.ts";

/** By errno(3); `{PATH}` is the file. */
const HINTS: ReadonlyMap<number, string> = new Map([
  [13, "See whom it belongs to and what its mode is: ls -ld {PATH}"],
  [28, "Make room (df -h, podman system df), then run the same command again"],
  [30, "The file system is read-only: see the kernel's log for the reason"],
  [122, "The disk quota is used up: make room, then run the same command again"],
]);

/** Returns the error for a file that could not be read. */
export function readFileError(path: string, cause: unknown): UserError {
  return fileError("read", path, cause);
}

/** Returns the error for an effect (`verb`: "write", "remove") that failed. */
export function writeError(verb: string, path: string, cause: unknown): UserError {
  return fileError(verb, path, cause);
}

function fileError(verb: string, path: string, cause: unknown): UserError {
  const message = `Cannot ${verb} ${path}`;
  if (cause instanceof Deno.errors.NotCapable) {
    return new UserError(`${message}: ppm takes no such permission`, {
      cause,
      hint: "docs/permissions.md says what ppm may touch; name another place",
    });
  }
  const text = cause instanceof Error ? cause.message : String(cause);
  const number = Number(/\(os error (\d+)\)/.exec(text)?.[1]);
  const reason = text.replace(/ \(os error \d+\).*$/s, "").replace(/^.*: /s, "");
  const hint = HINTS.get(number)?.replace("{PATH}", () => path);
  return new UserError(`${message}: ${reason}`, { cause, ...(hint === undefined ? {} : { hint }) });
}

/** Returns permission bits as chmod(1) takes them: `0644`. */
export function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
