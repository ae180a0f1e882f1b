/**
 * Strikes a run of ppm at a chosen moment: before, during or after the n-th program that it starts, or after so many milliseconds.
 *
 * What stands at /usr/local/bin before restic and systemctl writes down each call, and stops the run at the one asked for until it is told
 * to go on; what happens to the run meanwhile comes from outside, as it would.
 */
import { strictEqual } from "node:assert/strict";
import type { Pet } from "./pet.ts";
import type { Ran, Server } from "./server.ts";

/** The application whose ppm is struck. */
export interface Subject {
  readonly pet: Pet;
  readonly server: Server;
  /** Runs `ppm ARGS…`; ends with any code. */
  ppm(...args: readonly string[]): Promise<Ran>;
  /** Waits until nothing of ppm's works any more. */
  idle(): Promise<void>;
}

/** Something that happens to a run. */
export type Fault =
  | "kill ppm"
  | "kill restic"
  | "kill unit"
  | "kill cgroup"
  | "kill manager"
  | "power cut"
  | "stop restic"
  | "stop ppm";

/** When it happens. `call` counts from 1 as `trace()` does; "during" is so long after its start, with the program then standing still. `matching` is an extended regular expression for the first call that is meant. */
export type Moment =
  | { readonly call: number; readonly when: "before" | "after" | `during ${number}`; readonly what: string }
  | { readonly matching: string; readonly when: "before" | "after" }
  | { readonly ms: number };

/** Where the scripts and the tests meet in a server. */
const PLACE = "/srv/fault";

/** Bounds what waits for a test that is gone; longer than any limit of ppm's that a test waits for. */
const WRAPPER = `#!/bin/sh
name=\${0##*/}
[ -e ${PLACE}/tracing ] || exec /usr/bin/$name "$@"
if [ $name = systemctl ]; then
  verb=; for word; do case $word in -*) ;; *) verb=$word; break ;; esac; done
  case $verb in VERBS) ;; *) exec /usr/bin/systemctl "$@" ;; esac
fi
echo "$name $*" | tr '\\n' ' ' >>${PLACE}/calls; echo >>${PLACE}/calls
number=$(grep -c '' ${PLACE}/calls); call=; when=; delay=
[ ! -e ${PLACE}/armed ] || read -r call when delay <${PLACE}/armed
[ ! -e ${PLACE}/pattern ] || [ -e ${PLACE}/reached ] || ! echo "$name $*" | grep -qEf ${PLACE}/pattern || call=$number
[ "$number" = "$call" ] || exec /usr/bin/$name "$@"
reached() {
  echo reached >${PLACE}/reached
  i=0; while [ ! -e ${PLACE}/go ] && [ $i -lt 6000 ]; do sleep .02; i=$((i + 1)); done
}
case $when in
  before) reached; exec /usr/bin/$name "$@" ;;
  after) /usr/bin/$name "$@"; code=$?; reached; exit $code ;;
  during) (sleep $delay; kill -STOP $$ && reached; kill -CONT $$) >/dev/null 2>&1 </dev/null &
    exec /usr/bin/$name "$@" ;;
esac
`;

/** Which calls can be struck. */
export interface InterposeOptions {
  /** @default restic and systemctl */
  readonly programs?: readonly string[];
  /** Of systemctl: it is also asked often, and how often depends on the time. @default start and stop */
  readonly verbs?: readonly string[];
}

/** Puts the scripts in place. */
export async function interpose(
  { server }: Subject,
  { programs = ["restic", "systemctl"], verbs = ["start", "stop"] }: InterposeOptions = {},
): Promise<void> {
  const script = WRAPPER.replace("VERBS", verbs.join(" | "));
  for (const program of programs) {
    await server.writeFile(`/usr/local/bin/${program}`, script, { mode: 0o755 });
  }
  await server.run(["install", "-d", "-m", "1777", PLACE]);
}

/** An undisturbed run: the programs that it has started, in their order, and how long it took. */
export interface Trace {
  readonly calls: readonly string[];
  readonly ms: number;
}

/** Runs `ppm ARGS…` undisturbed, which is to end with `code`; what runs on behind it is waited for, and belongs to the calls. */
export async function trace(subject: Subject, args: readonly string[], code = 0): Promise<Trace> {
  await subject.server.run(["sh", "-c", `rm -rf ${PLACE}/*; touch ${PLACE}/tracing`]);
  const started = performance.now();
  const ran = await subject.ppm(...args);
  strictEqual(ran.code, code, `ppm ${args.join(" ")}: ${ran.stdout}${ran.stderr}`);
  const ms = performance.now() - started;
  await subject.idle();
  const calls = (await subject.server.readFile(`${PLACE}/calls`)).split("\n").filter(Boolean);
  await subject.server.run(["rm", `${PLACE}/tracing`]);
  return { calls, ms };
}

/** Given an undisturbed run, returns the moments at which another one can be struck. restic, with a dear key, needs a tenth of a second or more for a password alone. */
export function momentsOf({ calls, ms }: Trace): readonly Moment[] {
  const atCalls = calls.flatMap((what, at): Moment[] => {
    const call = at + 1;
    const delays = what.startsWith("restic version") || !what.startsWith("restic")
      ? []
      : ["during 0.05", "during 0.3"] as const;
    const later = / (backup|restore) /.test(what) ? ["during 0.45", "during 0.55"] as const : [];
    const during = [...delays, ...later].map((when) => ({ call, when, what }));
    return [{ call, when: "before", what }, ...during, { call, when: "after", what }];
  });
  return [...atCalls, ...Array.from({ length: 12 }, (_, at) => ({ ms: Math.round((at + 0.5) * ms / 12) }))];
}

/** Returns a moment in words. */
export function describeMoment(moment: Moment): string {
  if ("ms" in moment) return `after ${moment.ms} ms`;
  return "matching" in moment
    ? `${moment.when} ${moment.matching}`
    : `${moment.when} call ${moment.call}, ${moment.what.slice(0, 60)}`;
}

/** What is struck, and when. */
export interface Interruption {
  readonly moment: Moment;
  /** A function does to the server what none of the others does. */
  readonly fault: Fault | (() => Promise<unknown>);
  /** The unit of the user in which ppm works, where it does. @default "ppm-backup.service" */
  readonly unit?: string;
  /** Starts that unit as its timer would, instead of running ppm. @default false */
  readonly byTimer?: boolean;
}

/** Runs `ppm ARGS…` and strikes it. Returns how it ended, and whether the moment came at all. */
export async function interrupt(
  subject: Subject,
  args: readonly string[],
  { moment, fault, unit = "ppm-backup.service", byTimer = false }: Interruption,
): Promise<Ran & { readonly struck: boolean }> {
  const { server } = subject;
  const armed = "ms" in moment
    ? ""
    : `echo '${"call" in moment ? moment.call : 0} ${moment.when}' >${PLACE}/armed`;
  const pattern = "matching" in moment ? `; echo '${moment.matching}' >${PLACE}/pattern` : "";
  await server.run(["sh", "-c", `rm -rf ${PLACE}/*; touch ${PLACE}/tracing; ${armed}${pattern}`]);
  // exec keeps the number of the process, also through the head of a self-extracting ppm.
  const run =
    `sh -c 'echo $$ >${PLACE}/pid; exec "$@"' sh "$@"; code=$?; echo ended >>${PLACE}/reached; exit $code`;
  const start = ["/usr/bin/systemctl", "--user", "start", "--wait", unit];
  const running = subject.pet.run(["sh", "-c", run, "sh", ...byTimer ? start : ["ppm", ...args]], {
    check: false,
    seconds: 300,
  });
  const wait = "ms" in moment
    ? `sleep ${moment.ms / 1000}; cat ${PLACE}/reached 2>/dev/null`
    : `until [ -s ${PLACE}/reached ]; do sleep .02; done; cat ${PLACE}/reached`;
  const reached = await server.run(["sh", "-c", wait], { check: false, seconds: 200 });
  const struck = !reached.stdout.includes("ended") && reached.code !== 124;
  await server.run(["rm", "-f", `${PLACE}/armed`, `${PLACE}/tracing`]);
  if (struck) await strike(subject, fault, unit);
  // Whoever stands still shall stay so.
  if (fault !== "stop restic" && fault !== "power cut") await server.run(["touch", `${PLACE}/go`]);
  return { ...await running, struck };
}

/** Does what the fault says to the run that is under way. */
async function strike(subject: Subject, fault: Interruption["fault"], unit: string): Promise<void> {
  if (typeof fault === "function") {
    await fault();
    return;
  }
  const { server, pet } = subject;
  if (fault === "power cut") {
    await server.powerCut();
    await server.boot();
    return;
  }
  const show = (property: string) =>
    `$(runuser -u ${pet.user} -- env XDG_RUNTIME_DIR=/run/user/$(id -u ${pet.user}) systemctl --user show -p ${property} --value ${unit})`;
  const ppm = `pid=${show("MainPID")}; [ "$pid" != 0 ] || pid=$(cat ${PLACE}/pid);`;
  // Never a cgroup that is not the unit's own: an empty name would be everything.
  const cgroup = `group=${show("ControlGroup")}; [ -z "$group" ] || echo 1 >/sys/fs/cgroup$group/cgroup.kill`;
  const scripts: Record<Exclude<Fault, "power cut">, string> = {
    "kill ppm": `${ppm} kill -KILL $pid`,
    "kill restic": `pkill -KILL -x restic`,
    "kill unit":
      `runuser -u ${pet.user} -- env XDG_RUNTIME_DIR=/run/user/$(id -u ${pet.user}) systemctl --user kill --signal=KILL ${unit}`,
    "kill cgroup": cgroup,
    "kill manager":
      `uid=$(id -u ${pet.user}); kill -KILL $(systemctl show -p MainPID --value user@$uid.service); sleep 1; systemctl start user@$uid.service`,
    "stop restic": `pkill -STOP -x restic`,
    "stop ppm": `${ppm} kill -STOP $pid`,
  };
  await server.run(["sh", "-c", scripts[fault]], { check: false });
}
