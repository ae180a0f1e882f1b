/** Turns a permission set of deno.json into the flags that mean the same, for the bundle that runs without any deno.json. */

/** One kind of permission, as deno.json writes it. */
export type Permission =
  | boolean
  | readonly string[]
  | { readonly allow?: boolean | readonly string[]; readonly deny?: boolean | readonly string[] };

/** A named set of deno.json's "permissions": read, write, run, env, sys, net, ffi, import. */
export type PermissionSet = Readonly<Record<string, Permission>>;

/**
 * Given a permission set, returns `--allow-…` and `--deny-…` flags in the set's order. What is false or not named gives no flag, and
 * so is refused. Throws `TypeError` for a value that has no flag, rather than leaving a restriction out.
 */
export function permissionFlags(set: PermissionSet): string[] {
  return Object.entries(set).flatMap(([kind, permission]) => {
    if (typeof permission === "boolean" || isList(permission)) return flag(`--allow-${kind}`, permission);
    const { allow = false, deny = false, ...unknown } = permission;
    const [key] = Object.keys(unknown);
    if (key !== undefined) throw new TypeError(`Cannot express permission "${kind}.${key}" as a flag`);
    return [...flag(`--allow-${kind}`, allow), ...flag(`--deny-${kind}`, deny)];
  });
}

/** Given a permission set, returns the environment variables that it names. Throws `TypeError` where it is not a list. */
export function permittedVariables(set: PermissionSet): readonly string[] {
  if (!isList(set.env)) {
    throw new TypeError('Cannot list the variables: the permission "env" is not a list of names');
  }
  return set.env;
}

function flag(name: string, value: boolean | readonly string[]): string[] {
  if (value === false) return [];
  if (value === true) return [name];
  const unfit = value.find((item) => !/^[\w./:[\]-]+$/.test(item));
  if (unfit !== undefined) {
    throw new TypeError(`Cannot write ${name} with "${unfit}": a flag's list cannot hold it`);
  }
  return value.length > 0 ? [`${name}=${value.join(",")}`] : [];
}

function isList(value: Permission | undefined): value is readonly string[] {
  return Array.isArray(value);
}
