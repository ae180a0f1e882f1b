/** What a check of `ppm doctor` comes to: what is so, why that matters, and what mends it. Data: checks make findings, and decide nothing about how they are shown. */

/**
 * `good`: as it should be. `wrong`: not. `unknown`: it must hold, and could not be looked at. `note`: worth knowing, and no fault; also what was not
 * looked at since something before it is wrong.
 */
export type FindingState = "good" | "wrong" | "unknown" | "note";

/** A line of the script that an administrator reads and runs as root. */
export interface RootStep {
  /** As it could be typed, already quoted; repeating it does no harm. */
  readonly command: string;
  readonly reason: string;
  /** How to undo it, as it could be typed or in words. */
  readonly undo: string;
}

/** What came of one check. */
export interface Finding {
  /** The check's name, for people, for programs, and for the headings of docs/doctor.md: `lingering`. */
  readonly check: string;
  readonly state: FindingState;
  /** What is so, one line without its full stop. Of what is good, what was seen. */
  readonly what: string;
  /** Why it matters, one sentence; empty of what is good. */
  readonly why: string;
  /** Commands for the user whom the check is about, as typed. */
  readonly mend: readonly string[];
  /** What root does before, or instead. */
  readonly rootSteps: readonly RootStep[];
}

/** What a finding may carry besides its state and what is so. */
export type FindingDetails = Partial<Pick<Finding, "why" | "mend" | "rootSteps">>;

/** Makes the findings of the check `check`. */
export function findingsOf(check: string) {
  const make = (state: FindingState) => (what: string, details: FindingDetails = {}): Finding => ({
    check,
    state,
    what,
    why: "",
    mend: [],
    rootSteps: [],
    ...details,
  });
  return { good: make("good"), wrong: make("wrong"), unknown: make("unknown"), note: make("note") };
}

/** Whether a finding makes `ppm doctor` exit with 3. */
export function isAmiss({ state }: Pick<Finding, "state">): boolean {
  return state === "wrong" || state === "unknown";
}
