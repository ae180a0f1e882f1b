/** Whether this user has a systemd that works: without anybody logged in, and as rootless containers need it. */
import { UserError } from "../errors.ts";
import { lingers, requireManager, runSystemctl, systemctlShow } from "../host/systemd.ts";
import { type Finding, findingsOf, guarded } from "./finding.ts";
import { type Ground, userWord } from "./ground.ts";
import { installation } from "./packages.ts";
import { type ServerUnits, stateOf } from "./server_units.ts";

/** A manager that takes longer hangs: it answers this question in milliseconds. */
const ANSWER_MS = 15_000;

export interface SessionLook {
  readonly findings: readonly Finding[];
  /** Whether the user's manager answers: who wants to know of units needs it. */
  readonly answers: boolean;
}

/** Looks at lingering first: a user who does not linger has no manager either, and that is one fault. */
export async function examineSession(ground: Ground): Promise<SessionLook> {
  const lingering = examineLingering(ground);
  const manager = await examineManager(ground);
  const answers = manager.state === "good";
  if (!answers && lingering.state === "wrong") return { findings: [lingering], answers };
  return { findings: [lingering, manager, ...answers ? examineBus(ground) : []], answers };
}

function examineLingering({ system }: Ground): Finding {
  const { good, wrong } = findingsOf("lingering");
  const { name } = system.user;
  if (lingers(system)) return good(`the systemd of ${name} runs without anybody logged in`);
  return wrong(`${name} does not linger`, {
    why: "Everything stops when the last session ends, and nothing starts at boot.",
    rootSteps: [lingeringStep(userWord(system))],
  });
}

/** Returns how root lets a user linger; `user` is quoted. */
export function lingeringStep(user: string) {
  return {
    command: `loginctl enable-linger ${user}`,
    reason: `the systemd of ${user} starts at boot, and goes on when nobody is logged in`,
    undo: `loginctl disable-linger ${user}`,
  };
}

async function examineManager({ system }: Ground): Promise<Finding> {
  const { good, wrong } = findingsOf("manager");
  const { name, uid } = system.user;
  try {
    requireManager(system);
    await runSystemctl(system, { ...systemctlShow([], ["Version"]), timeoutMs: ANSWER_MS });
    return good(`the systemd of ${name} answers`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return wrong(error.message, {
      why: "It runs the application and its timers; systemd does not start it again before the next boot.",
      rootSteps: [managerStep(uid, userWord(system))],
    });
  }
}

/** Returns how root starts the manager of a user anew; `user` is quoted. */
export function managerStep(uid: number, user: string) {
  return {
    command: `systemctl restart user@${uid}.service`,
    reason: `starts the systemd of ${user} anew, and with it the application`,
    undo: `nothing is left of it`,
  };
}

function examineBus({ system }: Ground): readonly Finding[] {
  const { good, wrong } = findingsOf("bus");
  const { name, runtimedirectory } = system.user;
  const socket = `${runtimedirectory}/bus`;
  if (system.lstat(socket) !== undefined) return [good(`the D-Bus of ${name} listens`)];
  const installed = system.lstat("/usr/lib/systemd/user/dbus.socket") !== undefined;
  return [wrong(`nothing listens at ${socket}`, {
    why:
      "Without a D-Bus of the user's, podman cannot give containers control groups of their own, and root's ppm list hears nothing.",
    ...installed ? {} : installation(system, "dbus-user-session", "gives each user a D-Bus"),
    mend: ["systemctl --user daemon-reload", "systemctl --user restart dbus.socket"],
  })];
}

/** A note: ppm finds the manager by itself, people and podman typed by hand do not. */
export function examineShell({ system }: Ground): readonly Finding[] {
  const { good, note } = findingsOf("shell");
  const { runtimedirectory } = system.user;
  const set = system.environment("XDG_RUNTIME_DIR");
  if (set === runtimedirectory) return [good(`XDG_RUNTIME_DIR is ${runtimedirectory}`)];
  return [note(set === undefined ? "XDG_RUNTIME_DIR is not set" : `XDG_RUNTIME_DIR is ${set}`, {
    why:
      `ppm does without; systemctl --user and podman, typed into this shell, do not find the user's systemd and containers.`,
    mend: [`export XDG_RUNTIME_DIR=${runtimedirectory}`],
  })];
}

/** Quadlet's units wait for the network of the server, 90 s, where nothing at boot asks for it. */
export function examineNetworkOnline(
  { system, manifest }: Ground,
  server: Promise<ServerUnits>,
): Promise<readonly Finding[]> {
  const { good, wrong } = findingsOf("network-online");
  if (!manifest?.units.some(({ from }) => from === "quadlet")) return Promise.resolve([]);
  const waiting = ["/usr/lib/systemd/user/podman-user-wait-network-online.service"];
  if (waiting.every((path) => system.lstat(path) === undefined)) return Promise.resolve([]);
  return guarded("network-online", async () => {
    const target = "network-online.target";
    if (stateOf(await server, target) === "active") return [good(`${target} was reached`)];
    return [wrong(`${target} was not reached`, {
      why: "Units that Quadlet makes wait for it for 90 seconds before each start.",
      rootSteps: [
        {
          command: `systemctl add-wants multi-user.target ${target}`,
          reason: `reaches ${target} at each boot`,
          undo: `rm /etc/systemd/system/multi-user.target.wants/${target}`,
        },
        {
          command: `systemctl start ${target}`,
          reason: "and now",
          undo: "it is gone with the next boot",
        },
      ],
    })];
  });
}
