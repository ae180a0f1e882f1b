/** Writes values into ppm's own units, so that systemd reads them as they are. */
import { execValue, unitValue } from "../definition/unit_escape.ts";

/** What no rule of quoting touches. */
const PLAIN = /^[A-Za-z0-9_./:=@+,-]+$/;

/** Returns `argv` for `ExecStart=`. Throws RangeError for control characters. */
export function execLine([program = "", ...args]: readonly string[]): string {
  // systemd.service(5): variables are not put into the first word, so its $ stands for itself.
  const first = PLAIN.test(program) ? program : `"${unitValue(program)}"`;
  return [first, ...args.length === 0 ? [] : [execArguments(args)]].join(" ");
}

/**
 * Returns `args` for `ExecStart=`, behind the program. `replace` puts text with systemd's own specifiers in the place of a word: that is
 * not escaped. Throws RangeError for control characters.
 */
export function execArguments(
  args: readonly string[],
  replace: Readonly<Record<string, string>> = {},
): string {
  return args.map((argument) => {
    const [word, text] = Object.entries(replace).find(([known]) => argument.includes(known)) ?? [];
    if (word !== undefined) return `"${argument.split(word).map(execValue).join(text)}"`;
    return PLAIN.test(argument) ? argument : `"${execValue(argument)}"`;
  }).join(" ");
}

/** Escapes text for settings that know specifiers and no quotes: `Description=`, `PathExists=`, `OnCalendar=`. systemd.unit(5): `%%` is a percent sign. */
export function unitText(text: string): string {
  return text.replaceAll("%", "%%");
}
