/** What must hold of every plan, whoever made it. A plan that breaks a rule is a bug of ppm, and is not applied. */
import type { Action, ActionKind, Plan } from "./actions.ts";
import { concernsSystemd } from "./units.ts";

/** Throws if applying `plan` could leave the server in a state that no plan should leave. */
export function checkInvariants(plan: Plan): void {
  const faults = [...orderFaults(plan.actions), ...pathFaults(plan.actions)];
  if (faults.length > 0) throw new Error(`The plan is unsound: ${faults.join("; ")}`);
}

/** Kinds in the only order in which they may occur; equal ranks may mix. */
const RANK: Readonly<Record<ActionKind, number>> = {
  "adopt-clone": 0,
  "write-secrets": 1,
  "stop-units": 2,
  "disable-units": 3,
  "keep-aside": 4,
  "make-directory": 4,
  "write-file": 4,
  "set-mode": 4,
  "remove-file": 5,
  "remove-directory": 6,
  "reload-manager": 7,
  "enable-units": 8,
  "start-units": 9,
  "publish-state": 10,
  "record-generation": 11,
};

function orderFaults(actions: readonly Action[]): readonly string[] {
  const faults: string[] = [];
  actions.forEach((action, at) => {
    const before = actions[at - 1];
    if (before !== undefined && RANK[before.kind] > RANK[action.kind]) {
      faults.push(`${action.kind} comes after ${before.kind}`);
    }
  });
  const touchesUnits = actions.some((action) =>
    (action.kind === "write-file" || action.kind === "remove-file") && concernsSystemd(action.path)
  );
  if (touchesUnits && !actions.some((action) => action.kind === "reload-manager")) {
    faults.push("unit files change without a reload");
  }
  if (actions.length > 0 && actions.at(-1)?.kind !== "record-generation") {
    faults.push("the change is not recorded");
  }
  return faults;
}

function pathFaults(actions: readonly Action[]): readonly string[] {
  const faults: string[] = [];
  const written = new Set<string>();
  for (const action of actions) {
    if (!("path" in action) || action.kind === "publish-state") continue;
    if (!isBelowHome(action.path)) faults.push(`${action.path} is not below the home directory`);
    if (action.kind !== "write-file" && action.kind !== "remove-file") continue;
    if (written.has(action.path)) faults.push(`${action.path} is written twice`);
    written.add(action.path);
  }
  return faults;
}

function isBelowHome(path: string): boolean {
  return path !== "" && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
