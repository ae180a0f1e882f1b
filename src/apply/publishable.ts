/** Whether an application may publish what it is about to: asked before anything changes, of those alone that want a domain or a port. */
import { Problems } from "../config/problems.ts";
import type { YamlDocument } from "../config/yaml.ts";
import { InvalidError } from "../errors.ts";
import { allow, type Publication } from "../neighbours/allow.ts";
import { conflictHint, findConflicts, requireNoConflicts } from "../neighbours/conflicts.ts";
import { judgePublication } from "../neighbours/publication.ts";
import { readState } from "../neighbours/read_state.ts";
import type { LookAround } from "../neighbours/surroundings.ts";
import type { Desired } from "../plan/desired.ts";

/** How it is found out. */
export interface PublishableOptions {
  readonly user: string;
  readonly statedirectory: string;
  /** appinfo.yml. */
  readonly document: YamlDocument;
  readonly lookAround: LookAround;
  /** Whether templates use `it.neighbours`: then what is contested, though it was published before, is nothing to go on with either. */
  readonly usesNeighbours: boolean;
}

/** Where definitions say what they want for themselves alone. */
const CLAIMING = ["website", "firewall"] as const;

/**
 * Throws {@linkcode InvalidError} where the application would publish for the first time what another one has, or what root does not give it.
 * Returns warnings of what it has published before: whoever squats on that must not keep it from its upgrades.
 */
export async function requirePublishable(
  desired: Desired,
  options: PublishableOptions,
): Promise<readonly string[]> {
  const { plugins } = desired.definition.app;
  if (!CLAIMING.some((plugin) => Object.hasOwn(plugins, plugin))) return [];
  const application = readState(desired.state.content, options.user);
  const { user, sites, ports } = application;
  if (sites.length + ports.length === 0) return [];
  const known = await options.lookAround();
  const wanted: Readonly<Record<typeof CLAIMING[number], Publication>> = {
    website: { user, sites, ports: [] },
    firewall: { user, sites: [], ports },
  };
  const problems = new Problems();
  const warnings = CLAIMING.flatMap((plugin) => {
    const verdict = judgePublication(wanted[plugin], known);
    for (const message of verdict.refused) {
      problems.add(options.document.file, options.document.keyPosition(["plugins", plugin]), message);
    }
    return verdict.warnings;
  });
  if (problems.count > 0) {
    throw new InvalidError(problems.all, { hint: conflictHint(options.statedirectory) });
  }
  if (options.usesNeighbours) {
    const others = known.neighbourhood.applications.filter((each) => each.user !== user);
    const own = allow({ applications: [application], leftOut: [] }, known.claims).applications;
    requireNoConflicts(findConflicts([...others, ...own], known.claims), options.statedirectory);
  }
  return [...new Set(warnings)];
}
