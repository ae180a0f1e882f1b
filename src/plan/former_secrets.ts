/** Finds the values that secrets had before they changed: nobody keeps those, but the files to be replaced still have them. */
import type { SecretValue } from "../definition/definition.ts";
import type { Action } from "./actions.ts";

/**
 * Returns what stands, in files that `actions` replace, where a secret will stand: a line that goes and reads like a new line but for its
 * secrets. Pure.
 */
export function formerSecrets(
  actions: readonly Action[],
  secrets: readonly SecretValue[],
): readonly SecretValue[] {
  return actions.flatMap((action) => {
    if (action.kind !== "write-file" || action.previous === undefined) return [];
    const lines = decode(action.content).split("\n");
    const gone = decode(action.previous).split("\n").filter((line) => !lines.includes(line));
    const patterns = lines.flatMap((line) => pattern(line, secrets) ?? []);
    return gone.flatMap((line) =>
      patterns.flatMap(({ regexp, names }) => {
        const values = regexp.exec(line)?.slice(1) ?? [];
        return values.map((value, at) => ({ name: names[at] ?? "", value }));
      })
    );
  });
}

/** Returns what a line matches that differs from `line` in its secrets alone; undefined if it holds none. */
function pattern(line: string, secrets: readonly SecretValue[]) {
  const held = secrets.filter(({ value }) => value !== "" && line.includes(value))
    .toSorted((a, b) => b.value.length - a.value.length);
  if (held.length === 0) return undefined;
  const names: string[] = [];
  const any = new RegExp(`(${held.map(({ value }) => RegExp.escape(value)).join("|")})`);
  const parts = line.split(any).map((part, at) => {
    if (at % 2 === 0) return RegExp.escape(part);
    names.push(held.find(({ value }) => value === part)?.name ?? "");
    return "(.+?)";
  });
  return { regexp: new RegExp(`^${parts.join("")}$`), names };
}

function decode(content: Uint8Array): string {
  return new TextDecoder().decode(content);
}
