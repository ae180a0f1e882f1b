/** The units by which an application follows its neighbours, from the templates in `templates/`. */
import neighboursChangedPath from "../../templates/ppm-neighbours-changed.path.eta" with { type: "text" };
import neighboursChangedService from "../../templates/ppm-neighbours-changed.service.eta" with {
  type: "text",
};
import neighboursPath from "../../templates/ppm-neighbours.path.eta" with { type: "text" };
import neighboursService from "../../templates/ppm-neighbours.service.eta" with { type: "text" };
import neighboursTimer from "../../templates/ppm-neighbours.timer.eta" with { type: "text" };
import { unitText } from "./exec_line.ts";
import { draftUnit, type UnitDraft, type UnitInput } from "./unit_draft.ts";

/** Returns the units that listen to what is published in `statedirectory`, and follow it. */
export function neighboursUnits(input: UnitInput, statedirectory: string): readonly UnitDraft[] {
  const role = "started";
  return [
    draftUnit(input, "ppm-neighbours-changed.path", neighboursChangedPath, {
      role,
      values: { statedirectory: unitText(statedirectory) },
    }),
    draftUnit(input, "ppm-neighbours-changed.service", neighboursChangedService),
    draftUnit(input, "ppm-neighbours.path", neighboursPath, { role }),
    draftUnit(input, "ppm-neighbours.service", neighboursService),
    draftUnit(input, "ppm-neighbours.timer", neighboursTimer, { role }),
  ];
}
