/** What the scripts for all firewalls have in common: lines that begin with `#`, which nft(8) and sh(1) take no notice of. */
import type { LeftOut } from "../neighbour.ts";
import { type AcceptRule, networkTexts, portsText, type Rule } from "./rules.ts";

/** What a script is made of. */
export interface Script {
  readonly rules: readonly Rule[];
  /** What was left out, for people who read the script. */
  readonly leftOut: readonly LeftOut[];
}

/** The longest line that a script has of what others wrote, in characters. */
const LONGEST_LINE = 200;

/** Returns how a script begins: how it came about, and what is not in it. */
export function preamble(format: string, leftOut: readonly LeftOut[]): string {
  const lines = [
    `Made by: ppm firewall --format ${format}`,
    ...leftOut.map(({ message }) => `Left out: ${plain(message, LONGEST_LINE)}`),
  ];
  return lines.map((line) => `# ${line}\n`).join("");
}

/** Returns who asks for what, for a script whose rules have no room for it. */
export function askers(rules: readonly AcceptRule[]): string {
  return rules.map((rule) => {
    const from = rule.from === "everybody" ? "everywhere" : networkTexts(rule).join(" ");
    return `# ${label(rule)}: ${portsText(rule)} from ${from}\n`;
  }).join("");
}

/** Returns whose rule it is, without anything that could end a comment; fits into the 127 bytes of nft's: `forgejo (Forgejo)`. */
export function label({ user, app }: AcceptRule): string {
  return `${plain(user, 32)} (${plain(app, 60)})`;
}

/** Returns at most `length` characters of `text`, with `?` for whatever has a meaning to some program, or may have. */
function plain(text: string, length: number): string {
  return text.replace(/[^A-Za-z0-9 ._,:;/@()+=-]/gu, "?").slice(0, length);
}
