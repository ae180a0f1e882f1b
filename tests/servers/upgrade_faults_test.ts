/**
 * `ppm upgrade --apply` and `ppm rollback` on real servers, struck at any moment: killed alone, with their unit, with the user's systemd, by the
 * power, at any write, or refused by the disk. Whoever comes next leads to one generation, wholly, running on its own data.
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import {
  describeMoment,
  type Fault,
  interpose,
  interrupt,
  type Moment,
  momentsOf,
  trace,
} from "./interruptions.ts";
import { sample } from "./sampling.ts";
import { bootServer, eitherRelease, type Ran, type Server } from "./server.ts";
import { civil, type Expected, type Ledger, makeLedger } from "./upgrade_support.ts";

/** A run that is to be struck. */
interface Prepared {
  readonly args: readonly string[];
  /** Whether its unit runs it. */
  readonly byTimer: boolean;
  /** What may stand afterwards; the last one if it succeeds. */
  readonly expected: Expected & { readonly versions: readonly number[] };
}

/** What is struck. */
interface Scenario {
  readonly name: string;
  /** How an undisturbed run ends. */
  readonly code: number;
  readonly prepare: (ledger: Ledger) => Promise<Prepared>;
  /** So many strikes at programs, and so many at writes, unless all are tried. */
  readonly counts: readonly [number, number];
}

const GOOD: Scenario = {
  name: "an upgrade",
  code: 0,
  counts: [3, 2],
  async prepare(ledger) {
    const [stands, version] = [await ledger.version(), ledger.newest + 1];
    await ledger.release({ version });
    return { args: ["upgrade", "--apply"], byTimer: false, expected: { versions: [stands, version] } };
  },
};

const BAD: Scenario = {
  name: "an upgrade by the timer that is taken back with its data",
  code: 7,
  counts: [3, 1],
  async prepare(ledger) {
    const stands = await ledger.version();
    await ledger.release({ version: ledger.newest + 1, kind: "crashes" });
    return { args: ["upgrade", "--apply"], byTimer: true, expected: { versions: [stands] } };
  },
};

const BACK: Scenario = {
  name: "a rollback",
  code: 0,
  counts: [2, 1],
  prepare: (ledger) => prepareRollback(ledger, []),
};

const BACK_WITH_DATA: Scenario = {
  name: "a rollback with data",
  code: 0,
  counts: [2, 1],
  prepare: (ledger) => prepareRollback(ledger, ["--with-data"]),
};

/** Only without its data does the version before find what the newer one has written. */
async function prepareRollback(ledger: Ledger, options: readonly string[]): Promise<Prepared> {
  const [stands, version] = [await ledger.version(), ledger.newest + 1];
  const keepsNewer = options.length === 0;
  await ledger.release({ version, ...keepsNewer ? { format: await ledger.format() } : {} });
  await ledger.done("upgrade", "--apply");
  return {
    args: ["rollback", ...options],
    byTimer: false,
    expected: { versions: [version, stands], keepsNewer },
  };
}

/** What may happen to a run; in its unit, to all that it started at once. Several times the same, where it is likelier, or finds more. */
const FAULTS: readonly Fault[] = ["kill ppm", "power cut", "kill ppm", "kill manager"];
const UNIT_FAULTS: readonly Fault[] = ["kill cgroup", "power cut", "kill ppm", "kill unit", "kill manager"];

/** Who comes next. */
const NEXT: readonly (readonly string[])[] = [
  [],
  ["setup"],
  ["start"],
  ["recover"],
  [],
  ["backup"],
  ["restart"],
  ["rollback", "--dry-run"],
];

/** Programs that ppm runs, and what it asks of systemctl that changes anything. */
const INTERPOSED = {
  programs: ["restic", "systemctl", "git", "systemd-analyze"],
  verbs: ["start", "stop", "restart", "reset-failed", "daemon-reload", "enable", "disable"],
};

const UNIT = "ppm-upgrade.service";

/** Calls that are disturbed by strace(1), and how. */
const WRITES = [
  { syscall: "rename", fault: "signal=KILL" },
  { syscall: "unlink", fault: "signal=KILL" },
  { syscall: "fsync", fault: "signal=KILL" },
  { syscall: "rename", fault: "error=ENOSPC" },
  { syscall: "fsync", fault: "error=EIO" },
  { syscall: "mkdir", fault: "signal=KILL" },
  { syscall: "mkdir", fault: "error=ENOSPC" },
] as const;

/** Something that is done to a run. */
type Strike =
  | { readonly moment: Moment; readonly fault: Fault }
  | { readonly syscall: string; readonly fault: string; readonly count: number };

/** Strikes once, and sees what must hold however it ends; returns whether the moment came before the end. */
async function survives(
  ledger: Ledger,
  scenario: Scenario,
  { strike, next }: { readonly strike: Strike; readonly next: readonly string[] },
): Promise<boolean> {
  await ledger.beginAnew();
  const { args, byTimer, expected } = await scenario.prepare(ledger);
  const ran = "moment" in strike
    ? await interrupt(ledger, args, { ...strike, unit: UNIT, byTimer })
    : await inject(ledger, args, strike);
  civil(ran);
  if (next.length > 0) civil(await ledger.ppm(...next));
  await ledger.settled();
  const goal = expected.versions.at(-1) ?? 0;
  const versions = ran.code === 0 && scenario.code === 0 ? [goal] : expected.versions;
  deepStrictEqual(await ledger.broken({ ...expected, versions }), []);
  return ran.struck;
}

/** Runs ppm with a fault injected at the n-th call of each of its processes. */
async function inject(
  ledger: Ledger,
  args: readonly string[],
  { syscall, fault, count }: { readonly syscall: string; readonly fault: string; readonly count: number },
): Promise<Ran & { readonly struck: boolean }> {
  const options = ["-f", "-qqq", "-o", "/dev/null", "-e", `trace=${syscall}`];
  const injected = ["-e", `inject=${syscall}:${fault}:when=${count}`];
  const ran = await ledger.pet.run(["strace", ...options, ...injected, "ppm", ...args], {
    check: false,
    seconds: 300,
  });
  return { ...ran, struck: true };
}

/** Returns how often at most one process of an undisturbed run makes each of the calls. */
async function countCalls(ledger: Ledger, { args }: Prepared): Promise<ReadonlyMap<string, number>> {
  const syscalls = [...new Set(WRITES.map(({ syscall }) => syscall))];
  const list = "/tmp/calls";
  const options = ["-f", "-qqq", "-o", list, "-e", `trace=${syscalls}`];
  await ledger.pet.run(["strace", ...options, "ppm", ...args], { check: false, seconds: 300 });
  const lines = (await ledger.server.readFile(list)).split("\n");
  return new Map(syscalls.map((syscall) => {
    const made = lines.filter((line) => line.includes(` ${syscall}(`));
    const counts = Object.values(Object.groupBy(made, (line) => line.split(" ")[0] ?? ""));
    return [syscall, Math.max(0, ...counts.map((each) => each?.length ?? 0))];
  }));
}

/** Every strike that can be tried at a scenario: first at the programs that it runs, then at its writes. */
async function strikes(
  ledger: Ledger,
  scenario: Scenario,
): Promise<readonly [readonly Strike[], readonly Strike[]]> {
  const { args, byTimer } = await scenario.prepare(ledger);
  const moments = momentsOf(await trace(ledger, args, scenario.code));
  ok(moments.length >= 40, `only ${moments.length} moments`);
  const calls = await countCalls(ledger, await scenario.prepare(ledger));
  const writes = WRITES.flatMap(({ syscall, fault }) =>
    Array.from({ length: calls.get(syscall) ?? 0 }, (_, at) => ({ syscall, fault, count: at + 1 }))
  );
  const faults = byTimer ? UNIT_FAULTS : FAULTS;
  return [moments.map((moment, at) => ({ moment, fault: faultAt(faults, moment, at) })), writes];
}

function faultAt(faults: readonly Fault[], moment: Moment, at: number): Fault {
  const isInRestic = "what" in moment && moment.what.startsWith("restic") && moment.when.startsWith("during");
  return (isInRestic && at % 2 === 0 ? "kill restic" : faults[at % faults.length]) ?? "kill ppm";
}

function describe(strike: Strike): string {
  return "moment" in strike
    ? `${strike.fault} ${describeMoment(strike.moment)}`
    : `${strike.fault} at ${strike.syscall} ${strike.count}`;
}

/** Strikes a scenario at the moments that are chosen; returns what did not hold, each with when. */
async function strikeAll(server: Server, scenario: Scenario): Promise<readonly string[]> {
  const ledger = await makeLedger(server, {
    upgrades: '{ oncalendar: "*-12-31 22:00", widen: true }',
    dear: true,
  });
  await interpose(ledger, INTERPOSED);
  const salt = `${server.release} ${scenario.name}`;
  const all = await strikes(ledger, scenario);
  const chosen = all.flatMap((each, at) => sample(each, scenario.counts[at] ?? 0, salt));
  const failures: string[] = [];
  let struck = 0;
  for (const [at, strike] of chosen.entries()) {
    const next = NEXT[at % NEXT.length] ?? [];
    try {
      if (await survives(ledger, scenario, { strike, next })) struck++;
    } catch (error) {
      failures.push(`${scenario.name}, ${describe(strike)}, then ${next.join(" ") || "nobody"}: ${error}`);
    }
  }
  const enough = struck >= chosen.length / 4; // later ones may come too late
  return enough
    ? failures
    : [...failures, `${scenario.name}: only ${struck} of ${chosen.length} were struck`];
}

eitherRelease(
  "upgrades and rollbacks that are struck at any moment end in one generation, wholly, running on its own data",
  async (release) => {
    await using stack = new AsyncDisposableStack();
    const runs: (() => Promise<readonly string[]>)[] = [];
    for (const scenario of [GOOD, BAD, BACK, BACK_WITH_DATA]) {
      const server = stack.use(await bootServer({ release }));
      runs.push(() => strikeAll(server, scenario));
    }
    // They mostly wait for what has been started to settle.
    deepStrictEqual((await Promise.all(runs.map((run) => run()))).flat(), []);
  },
);
