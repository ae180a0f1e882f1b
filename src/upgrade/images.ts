/** The images that the units name: which ones they are, newer ones, and those that there were before. */
import type { ImageVersion } from "../apply/generation_record.ts";
import type { Hands } from "../apply/hands.ts";
import type { RenderedFile } from "../definition/definition.ts";
import type { ReadSystem } from "../host/system.ts";

/** Returns what each image that `files` name is right now; those that are not here are left out. */
export function recordImages(
  _system: ReadSystem,
  _files: readonly RenderedFile[],
): Promise<readonly ImageVersion[]> {
  throw new Error("not yet");
}

/**
 * Pulls what `files` name and a registry has. `changed` are the units whose image is another one now than in `before`. Throws
 * {@linkcode UserError} where one cannot be had; nothing that runs has changed then.
 */
export function pullImages(
  _hands: Hands,
  _files: readonly RenderedFile[],
  _before: readonly ImageVersion[],
): Promise<{ readonly changed: readonly string[] }> {
  throw new Error("not yet");
}

/** Gives each name the image back that it meant, pulled by its digest where it is gone; warns where neither can be done. */
export function returnImages(_hands: Hands, _images: readonly ImageVersion[]): Promise<void> {
  throw new Error("not yet");
}
