/**
 * Stops an application for as long as something takes, and starts again exactly what ran. Whatever goes wrong in between: first the
 * application comes back, then the error is told. What a kill leaves undone `recover.ts` does.
 */
import { type Hands, TIME_LIMIT_MS } from "../apply/hands.ts";
import { waitUntilUp } from "../apply/start.ts";
import { waitUntilDown } from "../apply/stop.ts";
import { UserError } from "../errors.ts";
import { ProgramError } from "../host/program_error.ts";
import { runSystemctl, systemctl } from "../host/systemd.ts";
import type { ReadSystem, System } from "../host/system.ts";
import type { Manifest } from "../plan/manifest.ts";
import { observeUnits } from "../plan/observe.ts";
import { type Intent, readIntent, removeIntent, writeIntent } from "./intent.ts";

/** Starts `ppm recover` every now and then, for as long as something is stopped. */
export const RECOVER_TIMER = "ppm-recover.timer";

/** For what, and of which application. */
export interface PauseOptions {
  readonly manifest: Manifest;
  readonly operation: Intent["operation"];
  /** Leaves everything stopped, with the intent standing, where `body` succeeds: the caller goes on, and starts it. @default {false} */
  readonly leavesStopped?: boolean;
}

/** What became of a pause. */
export interface Paused<T> {
  readonly result: T;
  /** From the first stop until everything was active again, or until the end where it stays stopped; 0 where nothing was stopped. */
  readonly downMs: number;
  /** Why the application, or a unit of it, has not come up again. */
  readonly failure: UserError | undefined;
}

/** Returns the units of the application that run, by name; of templates the instances. */
export async function runningUnits(system: ReadSystem, manifest: Manifest): Promise<readonly string[]> {
  const units = await observeUnits(system, manifest.units.map((unit) => unit.name));
  return [...units].filter(([, unit]) => RUNNING.includes(unit.ActiveState ?? "")).map(([name]) => name);
}

const RUNNING = ["active", "activating", "reloading", "refreshing"];

/** Writes down what runs, and has somebody look after it, before it is stopped. Returns it; nothing is written where nothing runs. */
export async function intend(
  { system, clock }: Hands,
  { manifest, operation }: PauseOptions,
): Promise<readonly string[]> {
  const units = await runningUnits(system, manifest);
  if (units.length === 0) return units;
  await writeIntent(system, { operation, units, time: new Date(clock.now()).toISOString() });
  await runSystemctl(system, systemctl("start", [RECOVER_TIMER]));
  return units;
}

/**
 * Stops what runs, carries out `body`, and starts that again; where nothing runs, nothing is stopped and nothing started. What `body`
 * throws is thrown once the application is up again. Whoever calls it holds the lock.
 */
export async function whilePaused<T>(
  hands: Hands,
  options: PauseOptions,
  body: () => Promise<T>,
): Promise<Paused<T>> {
  const { clock } = hands;
  const units = await intend(hands, options);
  if (units.length === 0) return { result: await body(), downMs: 0, failure: undefined };
  const begin = clock.elapsed();
  let result: T;
  try {
    await stopUnits(hands, options.manifest, units);
    result = await body();
  } catch (error) {
    const failure = await failureOf(() => resume(hands, options.manifest));
    if (failure === undefined) throw error;
    throw error instanceof UserError ? both(error, failure) : new AggregateError([error, failure]);
  }
  if (options.leavesStopped) {
    return { result, downMs: Math.round(clock.elapsed() - begin), failure: undefined };
  }
  const failure = await failureOf(() => resume(hands, options.manifest));
  return { result, downMs: Math.round(clock.elapsed() - begin), failure };
}

/** Stops units, also those that systemd is only about to start; returns when they are down. */
export async function stopUnits(
  hands: Hands,
  manifest: Manifest | undefined,
  units: readonly string[],
): Promise<void> {
  const stop = systemctl("stop", units, { timeoutMs: TIME_LIMIT_MS });
  await runSystemctl(hands.system, { ...stop, accept: [0, NOT_LOADED] });
  if (manifest !== undefined) await waitUntilDown(hands, manifest, units);
}

/**
 * Starts what the intent names, waits until it is up, and removes the intent. Does nothing where none stands: somebody has stopped the
 * application meanwhile, and it stays stopped. Throws a {@linkcode UserError} that names every unit that did not come up.
 */
export async function resume(hands: Hands, manifest: Manifest | undefined): Promise<void> {
  const { system } = hands;
  const intent = readIntent(system);
  if (intent === undefined) return await stopRecovery(system);
  await startAll(system, intent.units);
  removeIntent(system); // systemd has been asked; who does not come up now does not for want of asking
  await stopRecovery(system);
  if (manifest !== undefined) {
    await waitUntilUp(hands, "start", manifest, { units: intent.units, settleMs: 0 });
  }
}

/** Returns when systemd has done with starting. Which unit has failed is seen afterwards, by looking at each. */
async function startAll(system: System, units: readonly string[]): Promise<void> {
  if (units.length === 0) return;
  // That ppm has stopped and started them must not count among the starts that systemd lets a unit have in a while.
  await runSystemctl(system, { ...systemctl("reset-failed", units), accept: [0, 1] });
  try {
    await runSystemctl(system, systemctl("start", units, { timeoutMs: TIME_LIMIT_MS }));
  } catch (error) {
    if (!(error instanceof ProgramError) || error.failure.kind === "missing") throw error;
  }
}

/** Stops the timer, which matters only while an intent stands. */
export async function stopRecovery(system: System): Promise<void> {
  const stop = systemctl("stop", [RECOVER_TIMER], { noBlock: true });
  await runSystemctl(system, { ...stop, accept: [0, NOT_LOADED] });
}

/** What systemctl exits with where there is no such unit. */
const NOT_LOADED = 5;

async function failureOf(action: () => Promise<void>): Promise<UserError | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** Two things went wrong: the application that is down comes first. */
function both(error: UserError, failure: UserError): UserError {
  return new UserError(`${failure.message}\nBefore that: ${error.message}`, {
    exit: error.exit,
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    cause: error,
  });
}
