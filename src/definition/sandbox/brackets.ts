/** Looks for brackets that do not match, in code that is known to have a syntax error. */
import type { Part } from "./parse.ts";
import { TemplateError } from "./template_error.ts";

const CLOSES: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** What holds no brackets of the code: strings and comments, which Eta has seen to be closed, and what is most likely a regular expression. */
const SKIPPED = new RegExp(
  [
    /'(?:\\[^]|[^'\\\n])*'|"(?:\\[^]|[^"\\\n])*"|`(?:\\[^]|[^`\\])*`/,
    /\/\*[^]*?\*\/|\/\/.*/,
    /(?<=[(,=:[!&|?{};]\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//,
  ].map(({ source }) => source).join("|"),
  "g",
);

/** Returns the first bracket that closes nothing or, if there is none, the last that is never closed; undefined if all match. */
export function unmatchedBracket(parts: readonly Part[]): TemplateError | undefined {
  const open: { bracket: string; offset: number }[] = [];
  for (const part of parts) {
    if (typeof part === "string") continue;
    const code = part.code.replace(SKIPPED, (skipped) => " ".repeat(skipped.length));
    for (const { 0: bracket, index } of code.matchAll(/[()[\]{}]/g)) {
      const offset = part.codeStart + index;
      const opener = CLOSES[bracket];
      if (opener === undefined) open.push({ bracket, offset });
      else if (open.pop()?.bracket !== opener) {
        return new TemplateError(`This "${bracket}" closes nothing`, offset);
      }
    }
  }
  const last = open.pop();
  return last && new TemplateError(`This "${last.bracket}" is never closed`, last.offset);
}
