/** Where text goes: standard output and standard error, or a list of strings in tests. */

import { writeError } from "../host/file_error.ts";

export interface Sink {
  write(text: string): void;
  readonly terminal: boolean;
  /** The width to fit into. */
  readonly columns: number;
}

/** The part of Deno's streams that is used here. */
type Stream = Pick<typeof Deno.stdout, "writeSync" | "isTerminal">;

/** What is assumed of a terminal that does not tell, or claims to have no columns at all. */
const DEFAULT_COLUMNS = 80;

/** Writes to standard output or standard error. Whoever reads it may leave at any time (`ppm logs | head`): the rest is dropped. */
export class StreamSink implements Sink {
  readonly #stream: Stream;
  #closed = false;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  write(text: string): void {
    if (this.#closed) return;
    const bytes = new TextEncoder().encode(text);
    try {
      for (let written = 0; written < bytes.length;) {
        written += this.#stream.writeSync(bytes.subarray(written));
      }
    } catch (error) {
      this.#closed = true;
      if (!(error instanceof Deno.errors.BrokenPipe)) throw writeError("write", "the output", error);
    }
  }

  get terminal(): boolean {
    return this.#stream.isTerminal();
  }

  get columns(): number {
    try {
      return Deno.consoleSize().columns || DEFAULT_COLUMNS;
    } catch {
      return DEFAULT_COLUMNS; // no terminal anywhere
    }
  }
}
