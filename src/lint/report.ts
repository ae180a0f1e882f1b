/** What `ppm lint` has to say of a definition. */
import type { Problem } from "../errors.ts";

/** The judgement over one definition. */
export interface LintReport {
  /** What `ppm setup` would refuse it for; in the order of file and position. */
  readonly errors: readonly Problem[];
  /** What works and could be better, or is worth knowing before it is set up. */
  readonly notes: readonly Problem[];
  /** What could not be looked at on this machine, and why: one line each, without a full stop. */
  readonly unverified: readonly string[];
  /** The variables for which a value was made up, with that value. */
  readonly samples: Readonly<Record<string, unknown>>;
}
