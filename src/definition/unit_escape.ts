/**
 * Makes any text a value between double quotes in a systemd unit. Rules: systemd.syntax(7) "Quoting", systemd.unit(5) "Specifiers",
 * systemd.service(5) "Command lines".
 */

/** Escapes for settings that take quoted words and specifiers, but no variables: `Environment="NAME=…"`. Throws RangeError for control characters. */
export function unitValue(value: unknown): string {
  return escape("unitvalue", value);
}

/** Escapes for command lines, where `$` begins a variable too: `ExecStart=/usr/bin/x "…"`. Throws RangeError for control characters. */
export function execValue(value: unknown): string {
  return escape("execvalue", value).replaceAll("$", "$$$$");
}

function escape(helper: string, value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    throw new TypeError(`${helper}() takes a string, a number or a boolean`);
  }
  const text = String(value);
  // deno-lint-ignore no-control-regex -- they are what is looked for
  const control = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/.exec(text);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    throw new RangeError(`${helper}() refuses control characters: the value has U+${code}`);
  }
  return text.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%");
}
