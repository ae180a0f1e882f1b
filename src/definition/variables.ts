/** The variables that a definition declares, and the values that config.yml gives them. Pure. */
import { mismatch } from "../config/kinds.ts";
import { didYouMean } from "../config/nearest.ts";
import { addFault, addKeyProblem, below, type Place } from "../config/place.ts";
import type { Problems } from "../config/problems.ts";
import type { Mapping } from "../config/yaml.ts";
import { type Constraints, SCALAR_TYPES, type ScalarType, type Verdict } from "./variable_types.ts";

/** A checked value: what templates see as `it.variables.NAME`. */
export type VariableValue = string | number | boolean | readonly VariableValue[];

/** What a definition says of one variable. */
export interface Declaration extends Constraints {
  readonly type: ScalarType | "list";
  /** What a list is a list of. */
  readonly of: ItemDeclaration | undefined;
  readonly description: string | undefined;
  /** The value as it is written, perhaps a template; undefined where config.yml must give one. */
  readonly default: unknown;
}

/** What a definition says of each item of a list. */
export interface ItemDeclaration extends Constraints {
  readonly type: ScalarType;
}

/** Declarations by name, in the order in which they are written. */
export type Declarations = ReadonlyMap<string, Declaration>;

/** Whether config.yml, by giving this variable a value, holds a secret. */
export function isSecret(declaration: Declaration): boolean {
  return declaration.type === "secret" || declaration.of?.type === "secret";
}

/** Returns the value at `place` if it is what `declaration` asks for; otherwise undefined, with every problem. */
export function judge(
  declaration: Declaration,
  value: unknown,
  place: Place,
  problems: Problems,
): VariableValue | undefined {
  const { type, of } = declaration;
  if (type !== "list") return judgeOne({ ...declaration, type }, value, place, problems);
  if (of === undefined) throw new Error("a declaration of a list without its type of item");
  if (!Array.isArray(value)) return addFault(problems, place, mismatch(`a list of ${of.type} values`, value));
  const items = value.map((item: unknown, index) => judgeOne(of, item, below(place, index), problems));
  return items.every((item) => item !== undefined) ? items : undefined;
}

function judgeOne(
  declaration: ItemDeclaration,
  value: unknown,
  place: Place,
  problems: Problems,
): VariableValue | undefined {
  const verdict: Verdict<VariableValue> = SCALAR_TYPES[declaration.type](value, declaration);
  return "value" in verdict ? verdict.value : addFault(problems, place, verdict.fault);
}

/** The values that config.yml gives, and where. */
export interface Given {
  readonly values: Mapping;
  readonly place: Place;
  /** All names in the definition, those whose declaration is faulty included: they are not unknown. */
  readonly declared: ReadonlySet<string>;
}

/**
 * Checks what config.yml gives: unknown, missing and wrong values are problems. Returns the good values by name; variables whose
 * default applies are not among them.
 */
export function checkGiven(
  declarations: Declarations,
  given: Given,
  problems: Problems,
): ReadonlyMap<string, VariableValue> {
  const { place, declared } = given;
  for (const name of Object.keys(given.values).filter((name) => !declared.has(name))) {
    addKeyProblem(
      problems,
      below(place, name),
      `Unknown variable "${name}": the definition does not declare it${didYouMean(name, declared)}`,
    );
  }
  const values = new Map<string, VariableValue>();
  for (const [name, declaration] of declarations) {
    if (Object.hasOwn(given.values, name)) {
      const value = judge(declaration, given.values[name], below(place, name), problems);
      if (value !== undefined) values.set(name, value);
    } else if (declaration.default === undefined) {
      addKeyProblem(problems, place, missing(name, declaration));
    }
  }
  return values;
}

function missing(name: string, declaration: Declaration): string {
  const type = declaration.of === undefined ? declaration.type : `list of ${declaration.of.type}`;
  const description = declaration.description === undefined ? "" : `, ${declaration.description}`;
  return `Missing variable "${name}" (${type}${description}): add the line "${name}: …" under "variables:"`;
}
