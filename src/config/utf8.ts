/** UTF-8, strictly. */

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Returns the text that `bytes` are, a byte order mark included; undefined for what is no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return STRICT.decode(bytes);
  } catch {
    return undefined;
  }
}
