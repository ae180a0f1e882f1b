/** Reads what appinfo.yml says under `variables`. Pure. */
import * as z from "zod/mini";
import { mismatch, TAG_IT } from "../config/kinds.ts";
import { didYouMean } from "../config/nearest.ts";
import { addFault, addKeyProblem, below, type Place } from "../config/place.ts";
import type { Problems } from "../config/problems.ts";
import { checkValue, line } from "../config/schema.ts";
import { isMapping, type Mapping, YamlTemplate } from "../config/yaml.ts";
import { type Constraints, SCALAR_TYPES, type ScalarType } from "./variable_types.ts";
import { type Declaration, type Declarations, isSecret, type ItemDeclaration, judge } from "./variables.ts";

/** Names can be written as `it.variables.NAME` and `it.secrets.NAME`. */
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Keys that some type has, for declarations whose type is missing. */
const ALL_CONSTRAINTS = {
  min: z.optional(z.unknown()),
  max: z.optional(z.unknown()),
  choices: z.optional(z.unknown()),
  of: z.optional(z.unknown()),
};

/** Types whose values no template gives without `!yaml`. */
const NOT_TEXT: ReadonlySet<string> = new Set(["integer", "number", "boolean", "port", "list"]);

const BOUNDS = {
  min: z.optional(z.number().check(z.describe("the least value that is allowed"))),
  max: z.optional(z.number().check(z.describe("the greatest value that is allowed"))),
};

const CHOICES = z.array(line()).check(z.minLength(1), z.describe("the values that are allowed"));

/** What can be said of a variable of any type. */
export const DECLARATION_SHAPE = {
  type: z.string(),
  description: z.optional(line().check(z.describe("one line for whoever writes config.yml"))),
  default: z.optional(z.unknown().check(z.describe("its value where config.yml gives none"))),
};

/** Adds a problem if `place` ends in a name that templates could not write. */
export function checkName(place: Place, problems: Problems): void {
  const name = String(place.path.at(-1));
  if (VARIABLE_NAME.test(name)) return;
  addKeyProblem(
    problems,
    place,
    `The name "${name}" must be letters, digits and underscores, and not begin with a digit`,
  );
}

/** Whether a value, or something in it, is a template, and so says nothing before it is rendered. */
export function isTemplate(value: unknown): boolean {
  if (value instanceof YamlTemplate) return true;
  if (Array.isArray(value)) return value.some(isTemplate);
  return typeof value === "string" && value.includes("<%");
}

/** Reads the declarations at `place`; those with a problem are left out. */
export function checkDeclarations(value: Mapping, place: Place, problems: Problems): Declarations {
  const declarations = new Map<string, Declaration>();
  for (const [name, raw] of Object.entries(value)) {
    const own = below(place, name);
    checkName(own, problems);
    const declaration = checkDeclaration(raw, own, problems);
    if (declaration !== undefined) declarations.set(name, declaration);
  }
  return declarations;
}

function checkDeclaration(raw: unknown, place: Place, problems: Problems): Declaration | undefined {
  if (!isMapping(raw)) return addFault(problems, place, mismatch("a mapping, like { type: string }", raw));
  if (raw.type === undefined) {
    return checkValue(z.strictObject({ ...DECLARATION_SHAPE, ...ALL_CONSTRAINTS }), raw, place, problems) &&
      undefined;
  }
  const type = checkType(raw.type, below(place, "type"), [...scalarTypes(), "list"], problems);
  if (type === undefined) return undefined;
  const extra = isScalar(type) ? constraints(type) : { of: z.unknown() };
  const checked = checkValue(z.strictObject({ ...DECLARATION_SHAPE, ...extra }), raw, place, problems);
  const of = isScalar(type) || raw.of === undefined
    ? undefined
    : checkItems(raw.of, below(place, "of"), problems);
  if (checked === undefined || (!isScalar(type) && of === undefined)) return undefined;
  const declaration: Declaration = {
    ...constraintsIn(checked),
    type: isScalar(type) ? type : "list",
    of,
    description: checked.description,
    default: raw.default,
  };
  return checkDefault(declaration, below(place, "default"), problems) ? declaration : undefined;
}

function checkDefault(declaration: Declaration, place: Place, problems: Problems): boolean {
  if (declaration.default === undefined) return true;
  if (isSecret(declaration)) {
    addFault(problems, place, "must not be there: whoever reads the definition would know the secret");
    return false;
  }
  if (!isTemplate(declaration.default)) {
    return judge(declaration, declaration.default, place, problems) !== undefined;
  }
  if (typeof declaration.default !== "string" || !NOT_TEXT.has(declaration.type)) return true;
  addFault(problems, place, `must not be text: ${TAG_IT}`);
  return false;
}

/** `of` is the name of a type, or a mapping with a type and its constraints. */
function checkItems(raw: unknown, place: Place, problems: Problems): ItemDeclaration | undefined {
  const value: Mapping = isMapping(raw) ? raw : { type: raw };
  const type = checkType(value.type, isMapping(raw) ? below(place, "type") : place, scalarTypes(), problems);
  if (type === undefined || !isScalar(type)) return undefined;
  const checked = checkValue(
    z.strictObject({ type: z.string(), ...constraints(type) }),
    value,
    place,
    problems,
  );
  return checked && { ...constraintsIn(checked), type };
}

/** Returns the type at `place` if it is one of `known`. */
function checkType(
  raw: unknown,
  place: Place,
  known: readonly string[],
  problems: Problems,
): string | undefined {
  if (typeof raw === "string" && known.includes(raw)) return raw;
  if (typeof raw !== "string") {
    return addFault(problems, place, `${mismatch("the name of a type", raw)} (${known.join(", ")})`);
  }
  return addFault(problems, place, `must be one of ${known.join(", ")}${didYouMean(raw, known)}`);
}

/** What a declaration may say of its values, beside their type. */
export function constraints(type: ScalarType): Readonly<Record<string, z.ZodMiniType>> {
  if (type === "integer" || type === "number") return BOUNDS;
  return type === "choice" ? { choices: CHOICES } : {};
}

function constraintsIn(checked: Mapping): Constraints {
  const { min, max, choices } = checked;
  return {
    min: typeof min === "number" ? min : undefined,
    max: typeof max === "number" ? max : undefined,
    choices: Array.isArray(choices) ? choices.map(String) : undefined,
  };
}

function scalarTypes(): string[] {
  return Object.keys(SCALAR_TYPES);
}

function isScalar(type: string): type is ScalarType {
  return Object.hasOwn(SCALAR_TYPES, type);
}
