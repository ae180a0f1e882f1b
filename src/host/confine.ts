/** Gives permissions back, for good: what ppm cannot do any more, no fault in it can do for a stranger. */
import type { Kept } from "./system.ts";

/** The programs that ppm may run, as deno.json grants them; a test compares. */
export const PROGRAMS = [
  "cat",
  "df",
  "find",
  "getent",
  "git",
  "journalctl",
  "nice",
  "podman",
  "restic",
  "rm",
  "setpriv",
  "sync",
  "systemctl",
  "systemd-analyze",
  "systemd-notify",
  "timeout",
  "/usr/lib/systemd/user-generators/podman-user-generator",
  "/usr/libexec/podman/quadlet",
  "/usr/lib/podman/quadlet",
  "/usr/local/libexec/podman/quadlet",
] as const;

/** The variables that ppm may read, but for the one that says where programs are. */
export const VARIABLES = [
  "INVOCATION_ID",
  "JOURNAL_STREAM",
  "NO_COLOR",
  "NOTIFY_SOCKET",
  "PPM_SELF",
  "TERM",
  "XDG_RUNTIME_DIR",
] as const;

/** Where deno.json grants a program besides the path. */
export const PROGRAM_DIRECTORIES = ["/usr/bin", "/usr/local/bin"] as const;

/** Keeps reading, `kept`, the variable PATH, and the sandbox; revokes the rest for this process. */
export function confine({ programs, writes }: Kept): void {
  for (const program of PROGRAMS.filter((each) => !programs.includes(each))) {
    for (const command of spellings(program)) Deno.permissions.revokeSync({ name: "run", command });
  }
  for (const variable of VARIABLES) Deno.permissions.revokeSync({ name: "env", variable });
  for (const name of ["net", "sys", "ffi", "import"] as const) Deno.permissions.revokeSync({ name });
  if (!writes) Deno.permissions.revokeSync({ name: "write" });
}

/** The ways in which deno.json grants one program. */
export function spellings(program: string): readonly string[] {
  return program.startsWith("/")
    ? [program]
    : [program, ...PROGRAM_DIRECTORIES.map((directory) => `${directory}/${program}`)];
}
