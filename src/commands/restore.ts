/** `ppm restore`: puts a snapshot in the place of `data/`, or beside. */
import { withLock } from "../apply/lock.ts";
import { requireUnfenced } from "../backup/fence.ts";
import { openRepository } from "../backup/open_repository.ts";
import { pickSnapshot } from "../backup/pick.ts";
import { pickForPlace, type PutBack, putBack } from "../backup/put_back.ts";
import { restoreTo } from "../backup/restore_to.ts";
import type { Snapshot } from "../backup/snapshot.ts";
import { runningUnits } from "../backup/pause.ts";
import type { ExitName } from "../errors.ts";
import { ReadOnlySystem } from "../host/read_only_system.ts";
import { requireManager } from "../host/systemd.ts";
import { entryCount, size } from "../ui/units_of_measure.ts";
import { settleInterrupted } from "../upgrade/interrupted.ts";
import { type BackedUp, requireBackedUp } from "./backup_of.ts";
import { changingCommand, type Context, DRY_RUN_FLAG, JSON_FLAG } from "./command.ts";

export const command = changingCommand({
  help: [
    "Restores a snapshot, the newest good one by default, beside data/, compares it with what the snapshot lists, then stops the application, puts it in the place " +
    "of data/, and starts again what ran. What stood there is kept as data.before-TIME; ppm clean lists and removes it. The secrets of the snapshot come back too.",
    "SNAPSHOT is an id of ppm snapshots or its beginning. One that does not count as good is restored with a warning; one of another application is refused.",
    "With --to, data/ and .ppm/ of the snapshot are restored into a directory, nothing is stopped, and nothing else is touched.",
  ],
  examples: [
    { command: "ppm restore", meaning: "go back to the newest good snapshot" },
    { command: "ppm restore 4f2c81d0 --to /tmp/look", meaning: "have a look at a snapshot" },
  ],
  flags: {
    to: {
      kind: "value",
      placeholder: "DIR",
      brief: "Restore into this directory, which is new or empty",
      complete: "directories",
      parse: String,
    },
    dryRun: DRY_RUN_FLAG,
    json: JSON_FLAG,
    noWait: { kind: "switch", brief: "Fail at once if another ppm holds the lock" },
  },
  positional: {
    placeholder: "SNAPSHOT",
    brief: "The id of a snapshot, or its beginning",
    maximum: 1,
    complete: "snapshots",
  },
  asRoot: false,
  async run(context, { to, dryRun, json, noWait }, wanted): Promise<ExitName> {
    const request = { ...await requireBackedUp(context), wanted };
    if (dryRun) return await show(context, request, { to, json });
    if (to !== undefined) {
      const restored = await restoreTo(context, request, absolute(to));
      if (json) {
        context.output.json({
          ...describe(restored.snapshot),
          ...amounts(restored),
          directory: absolute(to),
        });
      } else {context.output.info(
          `Restored ${inWords(restored.snapshot)} to ${absolute(to)}: ${entryCount(restored.entries)}, ${
            size(restored.bytes)
          }, compared`,
        );}
      return "done";
    }
    requireManager(context.system);
    const { clock, output } = context;
    const onWait = (holder: string) => output.info(`Waiting for the lock: it is held by ${holder}`);
    const done = await withLock(
      context.system,
      { verb: "restore", clock, wait: !noWait, onWait },
      async () => {
        await settleInterrupted(context);
        requireUnfenced(context.system, "restore");
        return await putBack(context, { ...await requireBackedUp(context), wanted });
      },
    );
    if (json) output.json(toJson(done));
    report(context, done);
    if (done.failure !== undefined) throw done.failure;
    return "done";
  },
});

interface Request extends BackedUp {
  readonly wanted: string | undefined;
}

/** Says what would be done. */
async function show(
  context: Context,
  request: Request,
  { to, json }: { readonly to: string | undefined; readonly json: boolean },
): Promise<ExitName> {
  const system = new ReadOnlySystem(context.system);
  const { output } = context;
  const hands = { ...context, system };
  const repository = openRepository(hands, request.backup);
  const { snapshot } = to === undefined
    ? await pickForPlace(hands, request)
    : await pickSnapshot(hands, { ...request, repository });
  const stops = to === undefined ? await runningUnits(system, request.manifest) : [];
  if (json) {
    output.json({ ...describe(snapshot), directory: to === undefined ? null : absolute(to), stops });
    return "done";
  }
  output.print(
    `restore ${inWords(snapshot)}${
      to === undefined ? " beside data/" : ` to ${absolute(to)}`
    }, and compare it`,
  );
  if (to !== undefined) return "done";
  if (stops.length > 0) output.print(`stop ${stops.join(", ")}`);
  output.print("keep data/ aside as data.before-TIME, and put what was restored in its place");
  if (stops.length > 0) output.print(`start ${stops.join(", ")}`);
  return "done";
}

function report({ output }: Context, done: PutBack): void {
  const { snapshot, before, downMs, otherSecrets, entries, bytes, durationMs } = done;
  output.info(
    `Restored ${inWords(snapshot)}: ${entryCount(entries)}, ${size(bytes)}, compared, in ${
      seconds(durationMs)
    }${downMs === null || downMs === 0 ? "" : `; the application was down for ${seconds(downMs)}`}`,
  );
  if (before !== undefined) {
    output.info(
      `What stood at data/ is kept as ${before}; when it is no longer needed: ppm clean ${before} --remove`,
    );
  }
  if (otherSecrets) {
    output.warn(
      "Other secrets have come back with the data, so the application is left stopped. Next: ppm setup && ppm start",
    );
  }
}

function toJson(done: PutBack): unknown {
  return {
    ...describe(done.snapshot),
    ...amounts(done),
    before: done.before ?? null,
    downMs: done.downMs,
    next: done.otherSecrets ? "ppm setup && ppm start" : null,
  };
}

function describe({ id, timeMs, kind }: Snapshot) {
  return { snapshot: id, time: new Date(timeMs).toISOString(), kind };
}

function amounts(
  { entries, bytes, durationMs }: {
    readonly entries: number;
    readonly bytes: number;
    readonly durationMs: number;
  },
) {
  return { entries, bytes, durationMs };
}

function inWords({ id, timeMs }: Snapshot): string {
  return `the snapshot ${id.slice(0, 8)} of ${new Date(timeMs).toISOString()}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function absolute(path: string): string {
  const whole = path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
  return whole.replace(/\/(?:\.?\/)+/g, "/").replace(/(?<=.)\/+$/, "");
}
