/** The texts in which templates write one secret: what hides it in output, or keeps its file private, has to know all of them. */
import type { SecretValue } from "./definition.ts";
import { execValue, unitValue } from "./unit_escape.ts";

/** Returns the secret as it is, escaped for units and their command lines, in JSON and in URLs; each text once, under the same name. */
export function writtenForms({ name, value }: SecretValue): readonly SecretValue[] {
  const forms = [
    value,
    unitValue(value),
    execValue(value),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
  ];
  return [...new Set(forms)].map((value) => ({ name, value }));
}
