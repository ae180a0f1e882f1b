/** What `ppm start` and `ppm restart` have in common. */
import { bringUp } from "../apply/start.ts";
import { requireUnfenced } from "../backup/fence.ts";
import { commandLine } from "../host/command_line.ts";
import { lingers, requireManager, systemctl } from "../host/systemd.ts";
import { findUnits } from "../plan/find_units.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import { targetOf } from "../plan/units.ts";
import { waitForPause } from "../upgrade/interrupted.ts";
import {
  type ChangingCommand,
  changingCommand,
  type Context,
  DRY_RUN_FLAG,
  type Example,
} from "./command.ts";
import { parseDuration } from "./parsers.ts";

/** What tells the two verbs apart. */
export interface BringUpTexts {
  readonly verb: "start" | "restart";
  readonly help: readonly string[];
  readonly examples: readonly [Example, ...Example[]];
}

/** Makes the command. */
export function bringUpCommand({ verb, help, examples }: BringUpTexts): ChangingCommand {
  return changingCommand({
    help,
    examples,
    flags: {
      timeout: {
        kind: "value",
        placeholder: "DURATION",
        brief: "How long it may take until everything is up (default: 5m)",
        parse: parseDuration,
      },
      dryRun: DRY_RUN_FLAG,
    },
    positional: {
      placeholder: "UNIT",
      brief: `Units to ${verb} alone, with or without suffix; default: all`,
      maximum: 100,
      complete: "units",
    },
    asRoot: false,
    async run(context, flags, ...words) {
      const manifest = requireManifest(context.system);
      const units = words.length > 0 ? findUnits(manifest, words) : undefined;
      if (flags.dryRun) {
        context.output.print(commandLine(systemctl(verb, units ?? [targetOf(manifest.app)])));
        return "done";
      }
      requireManager(context.system);
      requireUnfenced(context.system, verb);
      await waitForPause(context, "start");
      await bringUp(context, verb, manifest, {
        ...(units === undefined ? {} : { units }),
        ...(flags.timeout === undefined ? {} : { timeoutMs: flags.timeout }),
      });
      if (!lingers(context.system)) warnOfLogout(context);
      context.output.info(`${units?.join(", ") ?? manifest.app.name}: up`);
      return "done";
    },
  });
}

function warnOfLogout({ system, output }: Context): void {
  const { name } = system.user;
  output.warn(
    `${name}'s systemd ends with the last session, and does not start at boot. As root: loginctl enable-linger ${name}`,
  );
}
