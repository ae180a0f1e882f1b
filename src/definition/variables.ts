/** The types that a definition can declare for its variables, and the check of the values that config.yml gives. */

/** A checked value: what templates see as `it.variables.NAME`. */
export type VariableValue = string | number | boolean | readonly VariableValue[];

/** What a definition says of one variable. */
export interface Declaration {
  readonly type: string;
  readonly description: string | undefined;
  /** The value as it is written, perhaps a template; undefined where config.yml must give one. */
  readonly default: unknown;
}

/** Declarations by name, in the order in which they are written. */
export type Declarations = ReadonlyMap<string, Declaration>;
