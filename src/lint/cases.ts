/** What a definition is tried with: once as it stands, and once more for each branch that its variables and its neighbours open. Pure. */
import type { Config } from "../config/config.ts";
import { isTemplate } from "../definition/variable_declarations.ts";
import type { Declaration, Declarations, VariableValue } from "../definition/variables.ts";
import type { Neighbour } from "../neighbours/neighbour.ts";
import { SAMPLE_NEIGHBOURS, sampleConfig, sampleOf, sampleValues } from "./samples.ts";

/** One way in which a definition is rendered. */
export interface Case {
  /** What sets it apart, for messages: `with tls: off`; undefined for the first. */
  readonly label: string | undefined;
  readonly config: Config;
  /** undefined: the definition does not use them. */
  readonly neighbours: readonly Neighbour[] | undefined;
}

/** All cases, the first of them the one that every other is a variation of. */
export interface Cases {
  readonly all: readonly [Case, ...Case[]];
  /** How many branches are not tried, for there are too many. */
  readonly leftOut: number;
}

/** Each takes two starts of the sandbox. */
const MAX_VARIATIONS = 24;

/** What {@linkcode casesOf} chooses by. */
export interface CasesInput {
  readonly declarations: Declarations;
  readonly usesNeighbours: boolean;
  /** The instance that was asked for: then its values alone are tried. */
  readonly config?: Config | undefined;
}

/** Returns the cases: defaults or samples; then each other value of a choice and of a boolean, a list that is empty by default filled, and neighbours. */
export function casesOf({ declarations, usesNeighbours, config }: CasesInput): Cases {
  const samples = sampleValues(declarations);
  const neighbours = usesNeighbours ? [] : undefined;
  const first: Case = { label: undefined, config: config ?? sampleConfig(samples), neighbours };
  const branches = config === undefined ? [...declarations].flatMap(branchesOf) : [];
  const variations = branches.slice(0, MAX_VARIATIONS).map(([name, value]): Case => ({
    label: `with ${name}: ${[value].flat().join(", ")}`,
    config: sampleConfig({ ...samples, [name]: value }),
    neighbours,
  }));
  const withNeighbours: readonly Case[] = usesNeighbours
    ? [{ ...first, label: "with two neighbours", neighbours: SAMPLE_NEIGHBOURS }]
    : [];
  return { all: [first, ...withNeighbours, ...variations], leftOut: branches.length - variations.length };
}

type Branch = readonly [name: string, value: VariableValue];

/** The values of a variable that a template is likely to decide by, other than the first one. */
function branchesOf([name, declaration]: readonly [string, Declaration]): readonly Branch[] {
  const values = valuesOf(name, declaration);
  if (isTemplate(declaration.default)) return values.map((value) => [name, value]);
  const first = declaration.default ?? values[0];
  return values.filter((value) => value !== first).map((value) => [name, value]);
}

/** Text of no particular form is not made up where there is a default: nobody could tell whether it fits. */
function valuesOf(name: string, { type, of, ...rest }: Declaration): readonly VariableValue[] {
  if (type === "boolean") return [false, true];
  if (type === "choice") return rest.choices ?? [];
  const isEmptyList = type === "list" && Array.isArray(rest.default) && rest.default.length === 0;
  return isEmptyList && of !== undefined && of.type !== "string" ? [[sampleOf(name, of)]] : [];
}
