/** The systemd managers of other users, as root asks them: invocations as values, and the reading of what they print. */
import type { Invocation } from "./system.ts";

/** How long one user's manager may take to answer, in seconds. It is the user's own program: it may hang, lie, or print without end. */
const ANSWER_LIMIT = 2;

/** How much one may say. A unit takes a few hundred bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Returns the invocation that asks whose managers run; read its output with {@linkcode parseUserManagers}. For root. */
export function listUserManagers(): Invocation {
  const flags = ["--full", "--plain", "--no-legend", "--state=active"];
  return {
    program: "systemctl",
    args: ["list-units", ...flags, "--", "user@*.service"],
    changes: false,
    timeoutMs: 10_000,
  };
}

/** Returns the uids of the users whose managers run. */
export function parseUserManagers(stdout: string): ReadonlySet<number> {
  return new Set(Array.from(stdout.matchAll(/^user@(\d+)\.service /gm), ([, uid]) => Number(uid)));
}

/**
 * Returns the invocation with which root asks the manager of the user `uid` for `properties` of `units`; read its output with `parseShow`.
 *
 * systemctl lets PID 1 start a bridge to that user's bus, as that user and in a session of some milliseconds, so nothing of the user's
 * runs with root's terminal or rights. It starts programs of its own for that, which would outlive it: timeout(1) ends those that are root's. (With the user's `XDG_RUNTIME_DIR` instead, systemd 252 to 257 refuse root.) It needs the user's D-Bus: the package dbus-user-session.
 */
export function systemctlShowOf(
  uid: number,
  units: readonly string[],
  properties: readonly string[],
): Invocation {
  const property = `--property=${["Id", ...properties].join(",")}`;
  const limit = ["--kill-after=1", `${ANSWER_LIMIT}`];
  return {
    program: "timeout",
    args: [...limit, "systemctl", "--user", `--machine=${uid}@`, "show", property, "--", ...units],
    changes: false,
    timeoutMs: 1000 * ANSWER_LIMIT,
    maxOutputBytes: MAX_ANSWER_BYTES,
  };
}
