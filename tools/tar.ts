/**
 * The few lines of tar that the build needs: regular files and directories in the ustar format, with nothing in the headers that
 * changes from one build to the next (no time, no owner), so that the same files give the same bytes.
 */

/** One entry: a regular file with its contents, or a directory (a name that ends in "/"). */
export interface TarEntry {
  readonly name: string;
  /** Permission bits, for example 0o755. */
  readonly mode: number;
  readonly contents?: Uint8Array<ArrayBuffer>;
}

const BLOCK_BYTES = 512;

/** The two empty blocks that end an archive. */
export const END_OF_ARCHIVE = new Uint8Array(2 * BLOCK_BYTES);

/** Given an entry, returns its header block and its contents, padded to whole blocks. Throws `RangeError` for a name over 100 bytes. */
export function tarEntry({ name, mode, contents = new Uint8Array() }: TarEntry): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK_BYTES + Math.ceil(contents.length / BLOCK_BYTES) * BLOCK_BYTES);
  const encodedName = new TextEncoder().encode(name);
  if (encodedName.length > 100) {
    throw new RangeError(`Cannot store "${name}": the name is longer than 100 bytes`);
  }
  block.set(encodedName, 0);
  writeText(block, 100, octal(mode, 7));
  writeText(block, 108, octal(0, 7)); // owner
  writeText(block, 116, octal(0, 7)); // group
  writeText(block, 124, octal(contents.length, 11));
  writeText(block, 136, octal(0, 11)); // time
  writeText(block, 148, " ".repeat(8)); // the checksum counts itself as spaces
  writeText(block, 156, name.endsWith("/") ? "5" : "0");
  writeText(block, 257, "ustar\0" + "00");
  const sum = block.subarray(0, BLOCK_BYTES).reduce((total, byte) => total + byte, 0);
  writeText(block, 148, octal(sum, 6) + "\0 ");
  block.set(contents, BLOCK_BYTES);
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

function writeText(block: Uint8Array, offset: number, text: string): void {
  block.set(new TextEncoder().encode(text), offset);
}
