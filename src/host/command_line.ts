/** Shows an invocation as it could be typed. */
import type { Invocation } from "./system.ts";

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** Returns the line that, typed into a POSIX shell, does what the invocation does. */
export function commandLine(invocation: Pick<Invocation, "program" | "args">): string {
  return [invocation.program, ...invocation.args].map(quote).join(" ");
}

/** Quotes one word for a POSIX shell, only where that is needed. */
export function quote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
