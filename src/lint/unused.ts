/** Finds what is declared and never used. Pure. */
import type { AppInfoDraft } from "../definition/appinfo.ts";
import type { Source } from "../definition/definition.ts";
import type { Problem } from "../errors.ts";

/** Where names are declared, and what a template calls the mapping with their values. */
const KINDS = [
  { key: "variables", noun: "variable" },
  { key: "secrets", noun: "secret" },
] as const;

/** Returns a note for each variable and secret that no template names. One that goes through all of them names each. */
export function unusedNotes({ templates }: Source, draft: AppInfoDraft): readonly Problem[] {
  const { document } = draft;
  const texts: string[] = [];
  document.map(({ text }) => texts.push(text));
  for (const { path, content } of templates) {
    if (path.endsWith(".eta")) texts.push(new TextDecoder().decode(content));
  }
  const code = texts.filter((text) => text.includes("<%")).join("\n");
  const declared = { variables: [...draft.variables.keys()], secrets: Object.keys(draft.secrets) };
  return KINDS.flatMap(({ key, noun }) => {
    if (new RegExp(`\\b${key}\\b(?!\\??\\.[A-Za-z_]|\\[["'])`).test(code)) return [];
    return declared[key].filter((name) => !new RegExp(`\\b${name}\\b`).test(code)).map((name) => ({
      file: document.file,
      ...document.keyPosition([key, name]),
      message: `The ${noun} "${name}" is declared, and no template names it`,
    }));
  });
}
