/** Room for going back. What fills a disk in the middle of a switch must not keep the old files from coming back. */
import type { System } from "../host/system.ts";
import { SPARE_FILE } from "../layout.ts";
import type { Manifest } from "../plan/manifest.ts";

/** The manifest twice, switch.json, a generation's description. */
const OVERHEAD_BYTES = 512 * 1024;

/** What getrandom(2) gives at once through the Web's interface. */
const CHUNK_BYTES = 65_536;

/** Sets as much aside as the files of `manifest` take. Nothing that a file system could compress or share. Throws where there is no room. */
export function setAside(system: System, { files }: Manifest): void {
  const sizes = Object.values(files).map(({ size }) => size);
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, OVERHEAD_BYTES));
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    crypto.getRandomValues(bytes.subarray(at, at + CHUNK_BYTES));
  }
  system.writeFile(`${system.user.home}/${SPARE_FILE}`, bytes, 0o600);
}

/** Frees it. */
export function freeSpare(system: System): void {
  system.removeFile(`${system.user.home}/${SPARE_FILE}`);
}
