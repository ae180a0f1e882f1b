/** `ppm schema`: JSON Schema of the files that ppm reads or writes, for editors and for programs. */
import * as z from "zod/mini";
import { CONFIG_SCHEMA } from "../config/config_schema.ts";
import { didYouMean } from "../config/nearest.ts";
import { appInfoJsonSchema } from "../definition/appinfo_json_schema.ts";
import { UserError } from "../errors.ts";
import { CLAIMS_SCHEMA } from "../neighbours/claims_schema.ts";
import { STATE_SCHEMA } from "../neighbours/state_schema.ts";
import type { Plugin } from "../plugins/plugin.ts";
import { lookingCommand } from "./command.ts";

/** Makes a JSON Schema, of all that these plugins can be told. */
type MakeSchema = (plugins: readonly Plugin[]) => unknown;

/** By the name that is typed. */
const SCHEMAS = new Map<string, MakeSchema>([
  ["config", () => jsonSchema(CONFIG_SCHEMA)],
  ["appinfo", appInfoJsonSchema],
  ["state", () => jsonSchema(STATE_SCHEMA)],
  ["claims", () => jsonSchema(CLAIMS_SCHEMA)],
]);

const NAMES = [...SCHEMAS.keys()];

export const command = lookingCommand({
  help: [
    "Prints the JSON Schema (draft 2020-12) of a file. config: config.yml, in which an administrator says what an application is to be on this server. appinfo: appinfo.yml, in which a definition says what the application is. state: the state.yml that each application publishes for its neighbours. claims: /etc/ppm/claims.yml, in which root says who may have which domains and ports.",
    "An editor that knows it completes keys and explains them. For most, a comment in the first line of the file names it; make install puts all four into share/ppm. It cannot know everything that ppm checks: a file that passes may still be refused.",
  ],
  examples: [
    {
      command: "ppm schema appinfo > appinfo.schema.json",
      meaning:
        "then, as the first line of appinfo.yml: # yaml-language-server: $schema=/path/to/appinfo.schema.json",
    },
    { command: "ppm schema state", meaning: "what a program may expect of a neighbour's state file" },
  ],
  flags: {},
  positional: { placeholder: "FILE", brief: `Which file: ${inWords(NAMES)}`, maximum: 1, complete: NAMES },
  asRoot: true,
  async run({ output, plugins }, _flags, name) {
    const make = findSchema(name);
    output.json(make(await plugins()));
    return "done";
  },
});

function jsonSchema(schema: z.ZodMiniType): unknown {
  return z.toJSONSchema(schema, { io: "input" });
}

function findSchema(name: string | undefined): MakeSchema {
  const make = SCHEMAS.get(name ?? "");
  if (make !== undefined) return make;
  throw name === undefined
    ? new UserError("Cannot print a schema: no file is named", {
      exit: "usage",
      hint: `Name one: ppm schema ${NAMES.join("|")}`,
    })
    : new UserError(
      `Cannot print the schema of "${name}": it is not ${inWords(NAMES)}${didYouMean(name, NAMES)}`,
      {
        exit: "usage",
        hint: "See: ppm help schema",
      },
    );
}

/** `a, b or c`. */
function inWords(names: readonly string[]): string {
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
