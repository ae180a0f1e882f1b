/** Whether a plan changes anything that the application's processes could notice. Pure. */
import type { Plan } from "./actions.ts";
import { isOwnUnit, unitSource } from "./units.ts";

/**
 * Whether files or units of the application change: then it is stopped for the change, tried, and taken back where it does not come up.
 * ppm's own units beside it, the state file and the records are nothing to it.
 */
export function touchesApplication({ actions }: Plan): boolean {
  return actions.some((action) => {
    switch (action.kind) {
      case "write-file":
      case "set-mode":
      case "remove-file":
        return !isOwnFile(action.path);
      case "stop-units":
      case "disable-units":
      case "enable-units":
        return action.units.some((unit) => !isOwnUnit(unit));
      case "write-secrets":
        return true;
      default:
        return false;
    }
  });
}

function isOwnFile(path: string): boolean {
  const unit = unitSource(path, () => "")?.unit;
  return unit !== undefined && isOwnUnit(unit);
}
