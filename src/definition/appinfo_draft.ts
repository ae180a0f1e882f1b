/** What appinfo.yml says before anything of it is rendered: which variables and secrets there are. Pure. */
import * as z from "zod/mini";
import { mismatch } from "../config/kinds.ts";
import { addFault, below, type Place } from "../config/place.ts";
import { Problems } from "../config/problems.ts";
import { checkValue } from "../config/schema.ts";
import { isMapping, type Mapping, parseYaml, type YamlDocument } from "../config/yaml.ts";
import type { Problem } from "../errors.ts";
import { DEFAULT_SECRET_LENGTH, SECRET_SCHEMA } from "./appinfo_schema.ts";
import type { SecretDeclaration, SecretDeclarations } from "./secrets.ts";
import { checkDeclarations, checkName } from "./variable_declarations.ts";
import { type Declarations, isSecret } from "./variables.ts";

/** An appinfo.yml that was read, before anything of it is rendered. */
export interface AppInfoDraft {
  readonly document: YamlDocument;
  readonly variables: Declarations;
  /** What `completeSecrets` needs. */
  readonly secrets: SecretDeclarations;
  /** The name of a variable that is a secret, so that config.yml must be private, if there is one. */
  readonly secretVariable: string | undefined;
  /** What is wrong so far; `renderAppInfo` finds the rest and throws all of it together. */
  readonly problems: readonly Problem[];
}

const EMPTY_HINT = `An appinfo.yml needs no more than this:

  name: hello
  version: "1"
  mainunit: hello
  enableunits: [hello.service]
  plugins:
    backups_none: { reason: it keeps nothing }`;

/** Reads an appinfo.yml as far as its templates allow. Throws {@linkcode InvalidError} only if it is no YAML; other problems are in the draft. */
export function draftAppInfo(appinfo: Uint8Array, file: string): AppInfoDraft {
  const document = parseYaml(appinfo, file, { templates: true, emptyHint: EMPTY_HINT });
  const problems = new Problems();
  const variablesPlace = { document, path: ["variables"] };
  const variables = checkDeclarations(mappingAt(variablesPlace, problems), variablesPlace, problems);
  const secretsPlace = { document, path: ["secrets"] };
  const secrets = checkSecrets(mappingAt(secretsPlace, problems), secretsPlace, problems);
  return {
    document,
    variables,
    secrets,
    secretVariable: [...variables].find(([, declaration]) => isSecret(declaration))?.[0],
    problems: problems.all,
  };
}

function mappingAt(place: Place, problems: Problems): Mapping {
  const value = place.document.value[String(place.path[0])];
  if (value === undefined) return {};
  if (isMapping(value)) return value;
  addFault(problems, place, mismatch("a mapping", value));
  return {};
}

function checkSecrets(value: Mapping, place: Place, problems: Problems): SecretDeclarations {
  const secrets: Record<string, SecretDeclaration> = {};
  for (const [name, raw] of Object.entries(value)) {
    checkName(below(place, name), problems);
    const checked: z.output<typeof SECRET_SCHEMA> | undefined = checkValue(
      SECRET_SCHEMA,
      raw ?? {},
      below(place, name),
      problems,
    );
    if (checked !== undefined) secrets[name] = { length: checked.length ?? DEFAULT_SECRET_LENGTH };
  }
  return secrets;
}
