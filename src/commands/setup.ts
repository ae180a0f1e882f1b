/** `ppm setup`: makes this server what config.yml and the definition say. */
import { apply } from "../apply/apply.ts";
import { inputsDigest, isUnchanged, readPrivate } from "../apply/inputs.ts";
import { withLock } from "../apply/lock.ts";
import { prepare, type Prepared } from "../apply/prepare.ts";
import { readConfig } from "../config/config.ts";
import { discardNewClone, prepareClone } from "../definition/clone.ts";
import type { ExitName } from "../errors.ts";
import { requireManager } from "../host/systemd.ts";
import { describe } from "../plan/describe.ts";
import { readManifest } from "../plan/read_manifest.ts";
import { changingCommand, type Context, DRY_RUN_FLAG, JSON_FLAG } from "./command.ts";
import { adoption, findConfig, preview } from "./preview.ts";
import { planToJson, printPlan } from "./print_plan.ts";

export const command = changingCommand({
  help: [
    "Reads config.yml, clones the definition if that has not been done, checks both, renders the templates, has systemd verify the " +
    "units, and then writes, reloads and enables what differs from what stands. Running it again changes nothing.",
    "It never starts or restarts the application, and never moves a clone that stands. A file that somebody edited by hand is kept " +
    "under .ppm/overwritten/ before it is replaced. If it is interrupted, the next run finishes the job.",
  ],
  examples: [
    { command: "ppm setup --dry-run", meaning: "show every step with its reason, and do nothing" },
    { command: "ppm setup && ppm start", meaning: "bring the application up" },
  ],
  flags: {
    dryRun: DRY_RUN_FLAG,
    json: JSON_FLAG,
    noWait: { kind: "switch", brief: "Fail at once if another ppm holds the lock" },
  },
  asRoot: false,
  async run(context, { dryRun, json, noWait }): Promise<ExitName> {
    const { output, system } = context;
    if (dryRun) {
      const prepared = await preview({ ...context, system });
      const plan = prepared?.plan ?? { actions: [], restart: [] };
      if (json) output.json(planToJson(plan));
      else if (prepared === undefined) output.print("Nothing to do");
      else printPlan(output, plan);
      return "done";
    }
    requireManager(system);
    const configPath = findConfig(context);
    const checked = { configPath, ...readConfig(system, configPath) };
    const { clock } = context;
    const onWait = (holder: string) => output.info(`Waiting for the lock: it is held by ${holder}`);
    const done = await withLock(
      system,
      { verb: "setup", clock, wait: !noWait, onWait },
      () => setUp(context, checked),
    );
    if (json) output.json(planToJson(done?.plan ?? { actions: [], restart: [] }));
    return "done";
  },
});

/** What was read before the lock was taken. */
type Checked = ReturnType<typeof readConfig> & { readonly configPath: string };

/** The work, under the lock. Returns what was applied; undefined if nothing had to be. */
async function setUp(
  context: Context,
  { configPath, config, bytes }: Checked,
): Promise<Prepared | undefined> {
  const { system, output, clock } = context;
  const clone = await prepareClone(system, config.definition);
  try {
    clone.warnings.forEach((warning) => output.warn(warning));
    const manifest = readManifest(system);
    const inputs = { config: bytes, configPath, commit: clone.commit, private: readPrivate(system) };
    if (manifest && await isUnchanged(system, manifest, await inputsDigest(system, inputs))) {
      output.info(`Nothing to do: generation ${manifest.generation} stands as it should`);
      return undefined;
    }
    const registry = await context.plugins();
    const before = adoption(clone);
    const request = {
      config,
      configBytes: bytes,
      configPath,
      clone,
      before,
      manifest,
      registry,
      preview: false,
    };
    const prepared = await prepare(system, request);
    output.redact(prepared.secrets);
    await apply(system, { ...prepared, previous: manifest, nowMs: clock.now() }, (action) => {
      const { what, why } = describe(action);
      output.info(`${what} (${why})`);
    });
    sayWhatIsNext(context, prepared);
    return prepared;
  } finally {
    discardNewClone(system); // the plan has adopted it, or it is worth nothing
  }
}

function sayWhatIsNext({ output }: Context, { plan, desired }: Prepared): void {
  if (plan.actions.length === 0) output.info("Nothing to do: everything stands as it should");
  else if (plan.restart.length > 0) {
    output.info(`Still running with what was there before: ${plan.restart.join(", ")}. Next: ppm restart`);
  } else output.info(`${desired.definition.app.name} is set up. Next: ppm start, if it does not run yet`);
}
