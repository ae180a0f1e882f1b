/** What a check of `ppm doctor` comes to: what is so, why that matters, and what mends it. Data: checks make findings, and decide nothing about how they are shown. */
import { formatProblem, InvalidError, UserError } from "../errors.ts";
import { oneLine } from "../ui/text.ts";

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
  /** Why it matters, a sentence; empty of what is good. */
  readonly why: string;
  /** What to do where no single command says it; empty where `mend` or `rootSteps` do. */
  readonly advice: string;
  /** Commands for the user whom the check is about, as typed, after `rootSteps`. */
  readonly mend: readonly string[];
  readonly rootSteps: readonly RootStep[];
}

/** What a finding may carry besides its state and what is so. */
export type FindingDetails = Partial<Pick<Finding, "why" | "advice" | "mend" | "rootSteps">>;

/** Returns what makes the findings of the check `check`. */
export function findingsOf(check: string) {
  const make = (state: FindingState) => (what: string, details: FindingDetails = {}): Finding => ({
    check,
    state,
    what: oneLine(what),
    why: "",
    advice: "",
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

/** Returns the finding of a check for which something is missing that another check names: one fault is found once. */
export function notLookedAt(check: string, since: string): Finding {
  return findingsOf(check).note(`not looked at: ${since}`);
}

/** Carries out a check; one that the machine does not let look is `unknown`, and keeps no other from its look. */
export async function guarded(
  check: string,
  look: () => Promise<readonly Finding[]> | readonly Finding[],
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [
      findingsOf(check).unknown(error.message, {
        why: "What cannot be looked at may be wrong.",
        advice: error.hint ?? "",
      }),
    ];
  }
}

/** Returns what is wrong with `file` as a line, and, where it is more than one thing, all of it as advice. */
export function faultIn(file: string, error: UserError): { readonly what: string; readonly all: string } {
  const problems = error instanceof InvalidError ? error.problems : [];
  const [first] = problems;
  if (problems.length > 1) return { what: `${file} is invalid`, all: error.message };
  const what = first === undefined
    ? error.message
    : first.line === undefined
    ? first.message
    : formatProblem(first);
  return { what, all: "" };
}
