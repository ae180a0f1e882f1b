/** Room for going back. What fills a disk in the middle of a switch must not keep the old files from coming back. */
import type { System } from "../host/system.ts";
import { SPARE_FILE } from "../layout.ts";

/** switch.json, and what the manifest, a generation's description and git's index say beside their lines for each file. */
const OVERHEAD_BYTES = 512 * 1024;

/** A file takes whole blocks. One more is for its lines in the manifest (twice) and in git's index, and for its directory. */
const BLOCK_BYTES = 4096;

/** What getrandom(2) gives at once through the Web's interface. */
const CHUNK_BYTES = 65_536;

/**
 * Sets as much aside as files of these `sizes` take: those of the generation that may have to come back, and those that its commit puts into the
 * clone. Nothing that a file system could compress or share. Throws where there is no room.
 */
export function setAside(system: System, sizes: readonly number[]): void {
  const blocks = sizes.reduce((sum, size) => sum + Math.ceil(size / BLOCK_BYTES) + 1, 0);
  const bytes = new Uint8Array(OVERHEAD_BYTES + blocks * BLOCK_BYTES);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    crypto.getRandomValues(bytes.subarray(at, at + CHUNK_BYTES));
  }
  system.writeFile(`${system.user.home}/${SPARE_FILE}`, bytes, 0o600);
}

/** Frees it. */
export function freeSpare(system: System): void {
  system.removeFile(`${system.user.home}/${SPARE_FILE}`);
}
