/** Tells systemd how a service of `Type=notify` is, by systemd-notify(1): its unit must say `NotifyAccess=all`. Nothing happens anywhere else. */
import type { System } from "./system.ts";

/** What is told: it has started; it is alive; what it is doing. */
export type Notice = { readonly ready: true } | { readonly watchdog: true } | { readonly status: string };

export async function notify(_system: System, ..._notices: readonly Notice[]): Promise<void> {
  throw new Error("not yet");
}
