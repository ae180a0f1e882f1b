/** Opens a file without waiting for anything: by node:fs, for Deno.open has no such flags. In a file of its own, because that is most of what a quick verb costs. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { OpenFile } from "./foreign_file.ts";

/** A FIFO or a lease would keep open(2) waiting, a terminal would become ppm's own; close-on-exec is set in any case. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Opens `path` for reading. Throws node's errors, whose code is errno(3)'s name. */
export function openWithoutWaiting(path: string): OpenFile {
  const file = openSync(path, FLAGS);
  return {
    statSync() {
      const stat = fstatSync(file);
      const { uid, mode, nlink, size } = stat;
      return { isFile: stat.isFile(), uid, mode, nlink, size };
    },
    readSync: (buffer) => readSync(file, buffer, 0, buffer.length, null) || null,
    [Symbol.dispose]: () => closeSync(file),
  };
}
