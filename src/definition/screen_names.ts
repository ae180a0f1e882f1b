/** Which names a file of a definition may have. */
import type { TreeEntry } from "./tree.ts";

/** Limits of Linux for one name (NAME_MAX); for a whole path, PATH_MAX less room for the directory it will stand in. */
const MAX_NAME_BYTES = 255;
const MAX_PATH_BYTES = 3072;

/** Control characters, and those that change how a name reads without being seen: joiners, marks of direction, line separators. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** What Windows and its file systems take for `.git` (git's is_ntfs_dotgit); macOS's variants hold an invisible character. */
const DOT_GIT = /^(\.git|git~1)[ .]*(:.*)?$/i;

/** A backslash is a separator elsewhere; systemd's escapes in unit names (`\x2d`) are the one use for it here. */
const BACKSLASH = /\\(?!x[0-9a-f]{2})/;

/** Says what is wrong with the path of an entry, if anything is. */
export function nameProblem({ path, legible }: Pick<TreeEntry, "path" | "legible">): string | undefined {
  if (!legible) return "has a name that is not UTF-8";
  if (INVISIBLE.test(path)) return "has a control character, or an invisible one, in its name";
  if (BACKSLASH.test(path)) return "has a backslash in its name, other than in an escape like \\x2d";
  const names = path.split("/");
  if (names.includes("") || names.includes(".") || names.includes("..")) {
    return "has a path that leads elsewhere when it is checked out";
  }
  if (names.some((name) => DOT_GIT.test(name))) {
    return 'has a part in its path that some file systems take for ".git"';
  }
  const bytes = new TextEncoder();
  if (bytes.encode(path).length > MAX_PATH_BYTES) return `has a path of more than ${MAX_PATH_BYTES} bytes`;
  if (names.some((name) => bytes.encode(name).length > MAX_NAME_BYTES)) {
    return `has a name of more than ${MAX_NAME_BYTES} bytes`;
  }
  return undefined;
}

/** Returns a name as messages can show it: what could repaint a terminal or break a line is escaped. */
export function printableName(name: string): string {
  return name.replace(
    new RegExp(INVISIBLE, "gu"),
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
