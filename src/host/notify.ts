/** Tells systemd how a service of `Type=notify` is, by systemd-notify(1): its unit must say `NotifyAccess=all`. Nothing happens anywhere else. */
import type { System } from "./system.ts";

/** What is told, in the words of sd_notify(3): it has started, it is alive, what it is doing. */
export type Notice = "READY=1" | "WATCHDOG=1" | "STOPPING=1" | `STATUS=${string}`;

/** Tells systemd, where it listens (`$NOTIFY_SOCKET`). Throws ProgramError if that fails. */
export async function notify(system: System, ...notices: readonly Notice[]): Promise<void> {
  const socket = system.environment("NOTIFY_SOCKET");
  if (socket === undefined || notices.length === 0) return;
  await system.run({
    program: "systemd-notify",
    args: ["--", ...notices.map((notice) => notice.replaceAll("\n", " "))],
    changes: true,
    environment: { NOTIFY_SOCKET: socket },
    timeoutMs: 10_000,
  });
}
