/**
 * File operations that survive a power cut: what is written is on the disk before it gets its name, and so is the name.
 *
 * For `real_system.ts` alone. Errors are Deno's.
 */
import { parents } from "../layout.ts";
import type { TreeFile } from "./system.ts";

/** Returns what the file at `path` is called while it is being written. One fixed name per file, so that the next run finds what a killed one left. */
export function temporaryPath(path: string): string {
  const at = path.lastIndexOf("/") + 1;
  return `${path.slice(0, at)}.${path.slice(at)}.ppm-new`;
}

function toBytes(content: Uint8Array | string): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

/** Makes `path` hold `content` with exactly `mode`, wholly or not at all. */
export function replaceFile(path: string, content: Uint8Array | string, mode: number): void {
  const temporary = temporaryPath(path);
  removeIfThere(temporary);
  try {
    writeNew(temporary, toBytes(content), mode);
    Deno.renameSync(temporary, path);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
  syncDirectory(parent(path));
}

/** Makes a directory with `files` in it appear at `path` at once, in place of what stands there. */
export function replaceTree(path: string, files: readonly TreeFile[]): void {
  const temporary = temporaryPath(path);
  removeTreeIfThere(temporary);
  const below = new Set(files.flatMap((file) => parents(file.path)).sort());
  const directories = [temporary, ...Array.from(below, (directory) => `${temporary}/${directory}`)];
  directories.forEach(makePrivateDirectory);
  for (const file of files) addToTree(temporary, file);
  directories.forEach(syncDirectory);
  removeTreeIfThere(path);
  Deno.renameSync(temporary, path);
  syncDirectory(parent(path));
}

/** Returns the directory that `path` stands in. */
export function parent(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** Writes a file that does not exist yet and brings it to the disk. */
function writeNew(path: string, content: Uint8Array, mode: number): void {
  const file = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
  try {
    writeAll(file, content);
    Deno.chmodSync(path, mode); // the mode at open is masked by the umask
    file.syncSync();
  } finally {
    file.close();
  }
}

/** Writes all of `content`, however many calls that takes. */
export function writeAll(file: Deno.FsFile, content: Uint8Array): void {
  for (let written = 0; written < content.length;) written += file.writeSync(content.subarray(written));
}

/** Makes names that were made, renamed or removed in a directory survive a power cut. */
export function syncDirectory(path: string): void {
  const directory = Deno.openSync(path, { read: true });
  try {
    directory.syncSync();
  } finally {
    directory.close();
  }
}

/** Makes a directory for its owner alone, whatever the umask: one that masks the owner's own bits would lock ppm out of it for ever. */
function makePrivateDirectory(path: string): void {
  Deno.mkdirSync(path);
  Deno.chmodSync(path, 0o700);
}

/** Adds a file to a tree that nobody sees yet, as a second name of its twin if that can be. */
function addToTree(tree: string, file: TreeFile): void {
  const path = `${tree}/${file.path}`;
  if (file.twin !== undefined && tryLink(file.twin, path)) return;
  writeNew(path, toBytes(file.content), 0o600);
}

function tryLink(from: string, to: string): boolean {
  try {
    Deno.linkSync(from, to);
    return true;
  } catch {
    return false; // gone, another file system, or one without links: a copy serves as well
  }
}

/** Removes a tree without following links, if there is one. */
export function removeTreeIfThere(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Removes a file or a link; says whether there was one. */
export function removeIfThere(path: string): boolean {
  try {
    Deno.removeSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
