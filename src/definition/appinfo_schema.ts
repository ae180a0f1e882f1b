/** The schema of appinfo.yml once it is rendered. Its descriptions are for people: they appear in messages and in the JSON Schema for editors. */
import * as z from "zod/mini";
import { line } from "../config/schema.ts";
import { HEALTHCHECK_SCHEMA } from "./healthcheck_schema.ts";
import { enabledUnitFault, mainUnitFault } from "./unit_names.ts";

/** What is declared under `secrets` for one name. */
export const SECRET_SCHEMA = z.strictObject({
  length: z.optional(
    z.int().check(z.minimum(16), z.maximum(128), z.describe("characters, 16 to 128; default: 32")),
  ),
});

/** How long a secret is unless its declaration says otherwise: 190 bits. */
export const DEFAULT_SECRET_LENGTH = 32;

/** The whole of appinfo.yml. `variables` and `secrets` are checked before anything is rendered. */
export const APPINFO_SCHEMA = z.strictObject({
  name: line(nameFault).check(z.describe("what the application is called, for instance forgejo")),
  description: z.optional(line().check(z.describe("one line for people"))),
  version: line().check(z.describe('the application\'s version, in quotes, for instance "11.0"')),
  mainunit: line(mainUnitFault).check(
    z.describe("the name of the target that ppm writes, without its suffix"),
  ),
  enableunits: z.array(line(enabledUnitFault)).check(
    z.describe("full names of the units that belong to the application"),
    z.check((context) => {
      const seen = new Set<string>();
      for (const [index, unit] of context.value.entries()) {
        if (seen.has(unit)) {
          context.issues.push({
            code: "custom",
            message: "must not be listed twice",
            input: unit,
            path: [index],
          });
        }
        seen.add(unit);
      }
    }),
  ),
  healthcheck: z.optional(
    HEALTHCHECK_SCHEMA.check(z.describe("how the application is asked whether it is well")),
  ),
  variables: z.optional(z.unknown().check(z.describe("what config.yml may set"))),
  secrets: z.optional(z.unknown().check(z.describe("what is generated once per instance"))),
  plugins: z.optional(
    z.record(z.string(), z.unknown()).check(z.describe("plugins to load, with their options")),
  ),
  state: z.optional(z.record(z.string(), z.unknown()).check(z.describe("what neighbours may want to know"))),
});

function nameFault(name: string): string | undefined {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) return undefined;
  return "must be 1 to 63 letters, digits, dots, dashes and underscores, and begin with a letter or digit";
}
