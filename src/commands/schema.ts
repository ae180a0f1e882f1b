/** `ppm schema`: JSON Schema of the files that ppm reads or writes, for editors and for programs. */
import * as z from "zod/mini";
import { didYouMean } from "../config/nearest.ts";
import { UserError } from "../errors.ts";
import { CLAIMS_SCHEMA } from "../neighbours/claims_schema.ts";
import { STATE_SCHEMA } from "../neighbours/state_schema.ts";
import { lookingCommand } from "./command.ts";

/** By the name that is typed. */
const SCHEMAS = new Map<string, z.ZodMiniType>([
  ["claims", CLAIMS_SCHEMA],
  ["state", STATE_SCHEMA],
]);

const NAMES = [...SCHEMAS.keys()].join(" or ");

export const command = lookingCommand({
  help: [
    `Prints the JSON Schema (draft 2020-12) of a file. claims: /etc/ppm/claims.yml, in which root says who may have which domains and ports. state: the state.yml that each application publishes for its neighbours.`,
    "An editor that knows it completes keys and explains them. It cannot know everything that ppm checks: a file that passes may still be refused.",
  ],
  examples: [
    {
      command: "ppm schema claims > claims.schema.json",
      meaning:
        "then, as the first line of claims.yml: # yaml-language-server: $schema=/path/to/claims.schema.json",
    },
    { command: "ppm schema state", meaning: "what a program may expect of a neighbour's state file" },
  ],
  flags: {},
  positional: {
    placeholder: "FILE",
    brief: `Which file: ${NAMES}`,
    maximum: 1,
    complete: [...SCHEMAS.keys()],
  },
  asRoot: true,
  run({ output }, _flags, name) {
    output.json(z.toJSONSchema(findSchema(name), { io: "input" }));
    return Promise.resolve("done");
  },
});

function findSchema(name: string | undefined): z.ZodMiniType {
  const schema = SCHEMAS.get(name ?? "");
  if (schema !== undefined) return schema;
  throw name === undefined
    ? new UserError("Cannot print a schema: no file is named", {
      exit: "usage",
      hint: `Name one: ppm schema ${[...SCHEMAS.keys()].join("|")}`,
    })
    : new UserError(
      `Cannot print the schema of "${name}": it is not ${NAMES}${didYouMean(name, SCHEMAS.keys())}`,
      {
        exit: "usage",
        hint: "See: ppm help schema",
      },
    );
}
