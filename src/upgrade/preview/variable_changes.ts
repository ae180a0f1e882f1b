/** What a new version asks of config.yml that the one before did not. Pure. */
import { YamlTemplate } from "../../config/yaml.ts";
import type { AppInfoDraft } from "../../definition/appinfo_draft.ts";
import type { Constraints } from "../../definition/variable_types.ts";
import { type Declaration, isSecret } from "../../definition/variables.ts";

/** How a variable differs from one version of a definition to the next. Defaults are shown as the definition writes them, as JSON. */
export type VariableChange =
  | {
    readonly kind: "new";
    readonly name: string;
    /** `port`, `list of port`, `integer, at least 1` */
    readonly type: string;
    readonly description: string | null;
    /** null: it has none, so that config.yml must set it. */
    readonly default: string | null;
    /** Whether config.yml sets it. */
    readonly configured: boolean;
  }
  | {
    readonly kind: "changed";
    readonly name: string;
    /** null: the same as before. */
    readonly type: Change<string> | null;
    /** null: the same as before, or not to be shown. */
    readonly default: Change<string | null> | null;
    readonly configured: boolean;
  }
  | {
    readonly kind: "gone";
    readonly name: string;
    /** Whether config.yml still sets it: by the new version that is a fault. */
    readonly configured: boolean;
  };

/** What something was, and what it becomes. */
export interface Change<T> {
  readonly from: T;
  readonly to: T;
}

/**
 * Returns how the variables of `after` differ from those of `before` (undefined: it cannot be read, and nothing can be compared), in the order
 * in which they are declared, those that are gone at the end. `configured`: the names that config.yml sets.
 */
export function compareVariables(
  before: AppInfoDraft | undefined,
  after: AppInfoDraft,
  configured: Iterable<string>,
): readonly VariableChange[] {
  if (before === undefined) return [];
  const names = new Set(configured);
  const here = [...after.variables].flatMap(([name, declaration]) => {
    const known = before.variables.get(name);
    const change = known === undefined ? added(name, declaration) : changed(name, known, declaration);
    return change === undefined ? [] : [{ ...change, configured: names.has(name) }];
  });
  const gone = [...before.variables.keys()].filter((name) => !after.variables.has(name))
    .map((name) => ({ kind: "gone", name, configured: names.has(name) }) as const);
  return [...here, ...gone];
}

function added(name: string, declaration: Declaration) {
  const { description = null } = declaration;
  return {
    kind: "new",
    name,
    type: typeText(declaration),
    description,
    default: defaultText(declaration),
  } as const;
}

function changed(name: string, before: Declaration, after: Declaration) {
  const type = difference(typeText(before), typeText(after));
  // What is a secret from now on may have been one all along, and its former default in use.
  const hidden = isSecret(before) || isSecret(after);
  const byDefault = hidden ? null : difference(defaultText(before), defaultText(after));
  return type === null && byDefault === null
    ? undefined
    : { kind: "changed", name, type, default: byDefault } as const;
}

function difference<T>(from: T, to: T): Change<T> | null {
  return from === to ? null : { from, to };
}

function typeText({ type, of, ...constraints }: Declaration): string {
  return of === undefined ? `${type}${limits(constraints)}` : `list of ${of.type}${limits(of)}`;
}

function limits({ min, max, choices }: Constraints): string {
  return [
    ...(min === undefined ? [] : [`, at least ${min}`]),
    ...(max === undefined ? [] : [`, at most ${max}`]),
    ...(choices === undefined ? [] : [`: ${choices.join(", ")}`]),
  ].join("");
}

function defaultText({ default: value }: Declaration): string | null {
  return value === undefined
    ? null
    : JSON.stringify(value, (_, member) => member instanceof YamlTemplate ? member.text : member);
}
