/** What can be typed after each verb, written into the build, so that completing an option loads no verb. */
import { VERBS } from "../src/commands/verbs.ts";
import { verbShape } from "../src/commands/verb_shape.ts";
import type { VerbShape } from "../src/completion/verb_shape.ts";

/** Returns the shape of every verb, by its name. */
export async function verbShapes(): Promise<Readonly<Record<string, VerbShape>>> {
  const shapes: Record<string, VerbShape> = {};
  for (const { name, load } of VERBS) shapes[name] = verbShape((await load()).command);
  return shapes;
}
