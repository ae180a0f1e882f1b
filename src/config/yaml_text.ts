/** The text of a file that a person wrote: decoded, free of characters that no text has, and its offsets as lines and columns. */
import { InvalidError } from "../errors.ts";
import type { Position } from "./problems.ts";
import { decodeUtf8 } from "./utf8.ts";

/** Far more than any such file needs; more would only feed an attack on the parser. */
const MAX_BYTES = 256 * 1024;

/**
 * Characters that hide something or break a line where it cannot be seen: controls apart from tab and line breaks, line and
 * paragraph separators, and the marks that reverse the direction of text (CVE-2021-42574).
 */
const INVISIBLE = /[^\P{Cc}\t\n\r]|[\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/u;

/** Whether `text` has a character that cannot be seen, line breaks and tabs aside, or half a surrogate pair. */
export function hasInvisible(text: string): boolean {
  return INVISIBLE.test(text) || !text.isWellFormed();
}

/** Whether `text` is one line without any control character. */
export function isOneLine(text: string): boolean {
  return !hasInvisible(text) && !/[\t\n\r]/.test(text);
}

/** Decodes the content of `file`. Throws {@linkcode InvalidError} for one that is too large, not UTF-8, or has characters that cannot be seen. */
export function decodeText(source: string | Uint8Array, file: string): string {
  const size = source.length;
  if (size > MAX_BYTES) {
    throw new InvalidError([{
      file,
      message: `Cannot read a file of ${size} bytes: at most ${MAX_BYTES} are allowed`,
    }]);
  }
  const text = typeof source === "string" ? source : decodeUtf8(source) ?? refuseBytes(source, file);
  if (text.startsWith("\ufeff")) {
    throw new InvalidError([{
      file,
      line: 1,
      column: 1,
      message: "Cannot read a byte order mark: save the file as UTF-8 without one",
    }]);
  }
  const offset = text.search(INVISIBLE);
  if (offset >= 0) {
    const code = text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, "0");
    throw new InvalidError([{
      file,
      ...new Lines(text).position(offset),
      message: `Cannot read the control character U+${code}`,
    }]);
  }
  return text;
}

function refuseBytes(bytes: Uint8Array, file: string): never {
  const readable = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const position = new Lines(readable).position(Math.max(0, readable.indexOf("\ufffd")));
  throw new InvalidError([{
    file,
    ...position,
    message: "Cannot read the file as UTF-8: it has bytes that are no text",
  }]);
}

/** The lines of a text. */
export class Lines {
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.#starts = [0, ...text.matchAll(/\r\n|\n|\r/g).map((match) => match.index + match[0].length)];
  }

  /** Returns line and column, in UTF-16 units as editors count, of an offset. A line ends at LF, CR LF or CR. */
  position(offset: number): Position {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.#starts[low]! + 1 };
  }
}
