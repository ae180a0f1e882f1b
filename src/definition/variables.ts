/** The types that a definition can declare for its variables, and the check of the values that config.yml gives. */

/** A checked value: what templates see as `it.variables.NAME`. */
export type VariableValue = string | number | boolean | readonly VariableValue[];
