/** `ppm logs`. */
import { UserError } from "../errors.ts";
import { isForbidden, journalctl, type JournalOptions, lastWords, permissionHint } from "../host/journal.ts";
import { parseContainers, podmanPs } from "../host/podman.ts";
import { ProgramError } from "../host/program_error.ts";
import type { ReadSystem } from "../host/system.ts";
import { findUnit, unknownUnit } from "../plan/find_units.ts";
import type { Manifest } from "../plan/manifest.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import { targetOf } from "../plan/units.ts";
import { lookingCommand } from "./command.ts";
import { parseCount } from "./parsers.ts";

/** How far back it looks if nothing else is asked for. */
const DEFAULT_LINES = 100;

export const command = lookingCommand({
  help: [
    "Shows what the units of the application wrote, and what systemd said of them, oldest first: the last 100 lines, unless --lines or --since say otherwise.",
  ],
  examples: [
    { command: "ppm logs -f", meaning: "follow everything; Ctrl-C ends it" },
    { command: "ppm logs web --since today", meaning: "one unit, since midnight" },
    { command: "ppm logs -n 20 db", meaning: "the last 20 lines of db.service" },
  ],
  flags: {
    follow: { kind: "switch", alias: "f", brief: "Go on showing lines as they come" },
    lines: {
      kind: "value",
      alias: "n",
      placeholder: "COUNT",
      brief: "Show at most so many of the newest lines",
      parse: parseCount,
    },
    since: {
      kind: "value",
      placeholder: "TIME",
      brief: 'Start there: "1 hour ago", today, "2026-11-22 08:00"',
      parse: String,
    },
  },
  positional: {
    placeholder: "UNIT",
    brief: "A unit, with or without suffix, or a container",
    maximum: 100,
    complete: "units",
  },
  asRoot: false,
  async run({ system, output }, flags, ...words) {
    const manifest = requireManifest(system);
    const units = words.length === 0
      ? [targetOf(manifest.app), ...manifest.units.map((unit) => unit.name)]
      : await Promise.all(words.map((word) => unitOf(system, manifest, word)));
    const lines = flags.lines ?? (flags.since === undefined ? DEFAULT_LINES : undefined);
    await show(system, units, { ...flags, lines, show: { color: output.colored } });
    return "done";
  },
});

/** Returns the unit that a person means, who may also name a container. */
async function unitOf(system: ReadSystem, manifest: Manifest, name: string): Promise<string> {
  const unit = findUnit(manifest, name);
  if (unit !== undefined) return unit;
  if (!manifest.units.some((unit) => unit.containers)) unknownUnit(manifest, name);
  const containers = parseContainers((await system.run(podmanPs())).stdout);
  return containers.find((container) => container.name === name)?.unit ?? unknownUnit(manifest, name);
}

/** Whoever reads the lines may leave (`ppm logs | head`): that ends journalctl, and is no failure. */
async function show(system: ReadSystem, units: readonly string[], options: JournalOptions): Promise<void> {
  try {
    await system.run(journalctl(units, options));
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    if (error.failure.kind === "signal" && error.failure.signal === "SIGPIPE") return;
    // What journalctl printed went to the terminal, so it is asked once more for the cause.
    const { code, stderr } = await system.run(lastWords(units[0] ?? "", { pid: "0", lines: 1 }));
    if (code === 0) return; // it can be read: whoever read it has left, which some versions of journalctl take for a failure
    const { name } = system.user;
    throw new UserError(
      isForbidden(stderr) ? `Cannot read the journal: ${name} may not` : "Cannot read the journal: see above",
      { cause: error, ...(isForbidden(stderr) ? { hint: permissionHint(name) } : {}) },
    );
  }
}
