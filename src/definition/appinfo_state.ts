/** Checks what appinfo.yml says under `state`: free, but plain and small, because every neighbour reads it. */
import { addFault, addKeyProblem, below, formatPath, type Place } from "../config/place.ts";
import type { Problems } from "../config/problems.ts";
import { isMapping, YamlTemplate } from "../config/yaml.ts";
import { isOneLine } from "../config/yaml_text.ts";
import { MAX_STATE_BYTES } from "./state_limits.ts";

/** Adds a problem for each text with a control character (a line break is one: it could end a line in a neighbour's file), and for too much. */
export function checkState(state: unknown, place: Place, problems: Problems): void {
  checkTexts(state, place, problems);
  const size = new TextEncoder().encode(JSON.stringify(state)).length;
  if (size > MAX_STATE_BYTES) {
    addKeyProblem(
      problems,
      place,
      `"${formatPath(place.path)}" must have at most ${MAX_STATE_BYTES} bytes as JSON, not ${size}`,
    );
  }
}

function checkTexts(value: unknown, place: Place, problems: Problems): void {
  if (value instanceof YamlTemplate) return;
  if (typeof value === "string" && !isOneLine(value)) {
    addFault(problems, place, "must be one line, without control characters");
  }
  const inner: Iterable<[string | number, unknown]> = Array.isArray(value)
    ? value.entries()
    : isMapping(value)
    ? Object.entries(value)
    : [];
  for (const [step, item] of inner) checkTexts(item, below(place, step), problems);
}
