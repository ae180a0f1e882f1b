/** What an upgrade does when it has gone wrong. */
import type { Hands } from "../apply/hands.ts";
import { UserError } from "../errors.ts";
import { type Returned, returnTo } from "./return_to.ts";
import { freeSpare } from "./spare.ts";
import { INTERRUPTED, readSwitch, type Switch, writeSwitch } from "./switch.ts";

/**
 * Goes back to the generation before, and returns what to tell, with exit code 7. `error` is why. Data goes back as well where the new generation
 * has run. Throws what keeps it from going back: that is tried again by whoever comes next.
 */
export async function goBack(hands: Hands, begun: Switch, error: unknown): Promise<UserError> {
  const { system, output } = hands;
  const why = error instanceof Error ? error.message : String(error);
  output.endProgress();
  output.warn(`The new version is taken back: ${why.split("\n")[0]}`); // the rest is told in the end
  freeSpare(system); // the disk may be what is wrong
  const hasRun = (readSwitch(system) ?? begun).phase !== "switching";
  const back = writeSwitch(system, {
    ...begun,
    phase: "returning",
    why,
    restoresData: hasRun && begun.snapshot !== null,
  });
  try {
    return rolledBack(back, await returnTo(hands, back));
  } catch (obstacle) {
    throw obstacle instanceof UserError ? stuck(back, obstacle) : obstacle;
  }
}

/** Returns what to tell of an upgrade that was taken back. */
export function rolledBack({ commit, goal, why }: Switch, { failedData, failure }: Returned): UserError {
  const lines = [
    `Cannot upgrade to ${commit.slice(0, 12)}: generation ${goal} is back`,
    ...why === null ? [] : [why],
    ...failedData === null ? [] : [`The data that the new version has left is kept as ${failedData}`],
    ...failure === undefined ? [] : [`Generation ${goal} is not well either: ${failure.message}`],
  ];
  return new UserError(lines.join("\n"), {
    exit: "rolledBack",
    hint: why === INTERRUPTED
      ? "To try it again: ppm upgrade --apply; the timer does so by itself"
      : `That commit is left alone from now on. To try it once more: ppm upgrade --apply --retry ${
        commit.slice(0, 12)
      }`,
    cause: failure,
  });
}

/** Going back does not go on: the application is down until it does. */
export function stuck({ goal }: Switch, obstacle: UserError): UserError {
  return new UserError(`Cannot go back to generation ${goal} yet: ${obstacle.message}`, {
    exit: obstacle.exit,
    hint: [
      ...obstacle.hint === undefined ? [] : [obstacle.hint],
      "The application is stopped until then; ppm-recover.timer tries again every 20 seconds, or at once: ppm recover",
    ].join("\n"),
    cause: obstacle,
  });
}
