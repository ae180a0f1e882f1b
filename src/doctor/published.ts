/** Whether what applications publish counts: claims.yml gives it to them, and nobody else wants it. */
import type { ReadSystem } from "../host/system.ts";
import { deniedTo } from "../neighbours/allow.ts";
import { CLAIMS_FILE } from "../neighbours/claims.ts";
import { type Conflict, conflictHint, conflictText } from "../neighbours/conflicts.ts";
import { knownNeighbours } from "../neighbours/known_neighbours.ts";
import { type Finding, findingsOf } from "./finding.ts";

const { good, wrong } = findingsOf("published");

/** Looks at what the application of `user` publishes; one that has published nothing yet has no fault here. */
export async function examineOwnPublication(
  system: ReadSystem,
  statedirectory: string,
  user: string,
): Promise<readonly Finding[]> {
  const { published, claims, conflicts } = await knownNeighbours(system, statedirectory);
  const own = published.find((each) => each.user === user);
  if (own === undefined) return [];
  const found = [
    ...(claims === undefined ? [] : deniedTo(own, claims)).map((denied) =>
      wrong(`${denied} is not given to ${user} in ${CLAIMS_FILE}`, {
        why: "It is not proxied, and not in the firewall.",
        advice: `Ask root for it, whose file that is; or publish something else`,
      })
    ),
    ...examineConflicts(conflicts.filter(({ users }) => users.includes(user)), statedirectory),
  ];
  return found.length > 0 ? found : [good("what the application publishes is its own")];
}

/** Names what several applications want. */
export function examineConflicts(
  conflicts: readonly Conflict[],
  statedirectory: string,
): readonly Finding[] {
  return conflicts.map((conflict) =>
    wrong(conflictText(conflict), {
      why: "As long as two want one thing, no web server and no firewall follows what applications publish.",
      advice: conflictHint(statedirectory),
    })
  );
}
