/**
 * Reads the answer to an HTTP/1.1 request from what has come so far (RFC 9112). Pure: `probe.ts` does the talking.
 *
 * ppm speaks HTTP by hand because Deno's `fetch` heeds HTTP_PROXY and its like, and cannot be told not to.
 */

/** How many bytes of head, and how many of body, are read at most. */
export const MAX_PART_BYTES = 65_536;

/** An answer as far as it has come. */
export type HttpResponse =
  /** The head is not complete yet. */
  | { readonly kind: "partial" }
  /** It is none, whatever comes yet; `words` go on from the server's name. */
  | { readonly kind: "bad"; readonly words: string }
  | {
    readonly kind: "response";
    readonly status: number;
    /** What has come of the body, its transfer coding undone, cut off at {@linkcode MAX_PART_BYTES}. */
    readonly body: Uint8Array;
    /** Whether the body is complete, or long enough. */
    readonly complete: boolean;
  };

/** Reads `bytes`, all that has come since the request. */
export function readResponse(bytes: Uint8Array): HttpResponse {
  // One character for each byte, so that positions in the text are positions in the bytes.
  const text = new TextDecoder("latin1").decode(bytes);
  let begin = 0;
  while (true) {
    const start = text.slice(begin, begin + 7);
    if (!"HTTP/1.".startsWith(start)) return { kind: "bad", words: "does not speak HTTP" };
    const end = /\r?\n\r?\n/g;
    end.lastIndex = begin;
    const found = end.exec(text);
    if (found === null || found.index - begin > MAX_PART_BYTES) {
      return text.length - begin > MAX_PART_BYTES
        ? { kind: "bad", words: "sends more than 64 KiB of headers" }
        : { kind: "partial" };
    }
    const [first = "", ...lines] = text.slice(begin, found.index).split(/\r?\n/);
    const status = /^HTTP\/1\.\d (\d{3})(?: |$)/.exec(first)?.[1];
    if (status === undefined) return { kind: "bad", words: "does not speak HTTP" };
    begin = end.lastIndex;
    if (!status.startsWith("1")) {
      return { kind: "response", status: Number(status), ...readBody(bytes.subarray(begin), lines) };
    }
    // 1xx: the answer itself is still to come (RFC 9110, 15.2).
  }
}

interface Body {
  readonly body: Uint8Array;
  readonly complete: boolean;
}

function readBody(bytes: Uint8Array, lines: readonly string[]): Body {
  const { body, complete } = /\bchunked$/i.test(header(lines, "transfer-encoding") ?? "")
    ? joinChunks(bytes)
    : { body: bytes, complete: bytes.length >= Number(header(lines, "content-length") ?? Infinity) };
  return { body: body.subarray(0, MAX_PART_BYTES), complete: complete || body.length >= MAX_PART_BYTES };
}

function header(lines: readonly string[], name: string): string | undefined {
  return lines.find((line) => line.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 1).trim();
}

/** Undoes the chunked coding (RFC 9112, 7.1). What does not follow it ends the body. */
function joinChunks(bytes: Uint8Array): Body {
  const text = new TextDecoder("latin1").decode(bytes);
  const body = new Uint8Array(bytes.length);
  let length = 0;
  const line = /([0-9A-Fa-f]{1,8})[^\r\n]*\r?\n/y;
  while (true) {
    const size = line.exec(text)?.[1];
    if (size === undefined) return { body: body.subarray(0, length), complete: false };
    const chunk = bytes.subarray(line.lastIndex, line.lastIndex + parseInt(size, 16));
    body.set(chunk, length);
    length += chunk.length;
    if (parseInt(size, 16) === 0) return { body: body.subarray(0, length), complete: true };
    const end = line.lastIndex + chunk.length;
    line.lastIndex = end + (/^\r?\n/.exec(text.slice(end, end + 2))?.[0].length ?? 0);
  }
}
