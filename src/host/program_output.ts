/** Reads what programs print: all of it up to a limit, only its end, or line by line. */

/** A line that is longer than this is no line of anything that ppm reads. */
export const MAX_LINE_BYTES = 1024 * 1024;

/** A stream went on past its limit. */
export class TooMuchOutput extends Error {
  readonly kind: "output" | "line";
  readonly maxBytes: number;

  constructor(kind: "output" | "line", maxBytes: number) {
    super(`more than ${maxBytes} bytes`);
    this.kind = kind;
    this.maxBytes = maxBytes;
  }
}

/** Takes what a program prints, chunk by chunk. */
export interface Collector {
  add(chunk: Uint8Array): void;
  /** Returns what was kept. */
  end(): Uint8Array;
}

/** Keeps everything; throws {@linkcode TooMuchOutput} beyond `maxBytes`. */
export function keepAll(maxBytes: number): Collector {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    add: (chunk) => {
      size += chunk.length;
      if (size > maxBytes) throw new TooMuchOutput("output", maxBytes);
      chunks.push(chunk);
    },
    end: () => joined(chunks),
  };
}

/** Keeps the last `maxBytes`, at least; at most twice as many in between. */
export function keepEnd(maxBytes: number): Collector {
  let kept: Uint8Array = new Uint8Array();
  return {
    add: (chunk) => {
      kept = joined([kept, chunk]);
      if (kept.length > 2 * maxBytes) kept = kept.slice(-maxBytes);
    },
    end: () => kept.slice(-maxBytes),
  };
}

/** Keeps nothing but the line that has begun; gives each line to `onLine`, the last one also where nothing ends it. */
export function giveLines(onLine: (line: string) => void, separator: "\n" | "\0"): Collector {
  const end = separator.charCodeAt(0);
  let pieces: Uint8Array[] = [];
  let size = 0;
  const keep = (piece: Uint8Array) => {
    size += piece.length;
    if (size > MAX_LINE_BYTES) throw new TooMuchOutput("line", MAX_LINE_BYTES);
    pieces.push(piece);
  };
  const give = () => {
    const line = joined(pieces);
    pieces = [];
    size = 0;
    onLine(decode(line));
  };
  return {
    add: (chunk) => {
      let from = 0;
      for (let at = chunk.indexOf(end); at !== -1; at = chunk.indexOf(end, from)) {
        keep(chunk.subarray(from, at));
        give();
        from = at + 1;
      }
      if (from < chunk.length) keep(chunk.slice(from));
    },
    end: () => {
      if (size > 0) give();
      return new Uint8Array();
    },
  };
}

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads UTF-8 as Go does: each byte that is part of no character becomes U+FFFD. (Decoders of the web make one of several such bytes.) File
 * names may be any bytes, and a name that find(1) prints must be the one that restic writes as JSON.
 */
export function decode(bytes: Uint8Array): string {
  try {
    return STRICT.decode(bytes);
  } catch {
    return decodeByCharacter(bytes);
  }
}

function decodeByCharacter(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes[at] ?? 0);
    const character = tryDecode(bytes.subarray(at, at + length));
    text += character ?? "\ufffd";
    at += character === undefined ? 1 : length;
  }
  return text;
}

/** How many bytes a character takes that begins with this one. */
function characterLength(first: number): number {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

function tryDecode(bytes: Uint8Array): string | undefined {
  try {
    return STRICT.decode(bytes);
  } catch {
    return undefined;
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const all = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
