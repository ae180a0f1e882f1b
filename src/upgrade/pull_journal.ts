/**
 * `.ppm/pull.json`: what names of images mean, while newer ones are pulled. A pull moves a name before anything else of an upgrade happens; whoever
 * finds this file gives it back, and no record takes the newer image for the one that was well.
 */
import type { ImageVersion } from "../apply/generation_record.ts";
import { type Check, list, nullable, shape, text } from "../host/check_json.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { PULL_FILE } from "../layout.ts";

const IMAGES: Check<readonly ImageVersion[]> = list(
  shape<ImageVersion>({ name: text, id: text, digest: nullable(text) }),
);

/** Puts on the disk what names mean. */
export function beginPulling(system: System, images: readonly ImageVersion[]): void {
  system.writeFile(pathOf(system), `${JSON.stringify(images, null, 2)}\n`, 0o600);
}

/** Returns what names meant before the pull that is under way, or was killed; undefined where there is none. */
export function imagesBeforePull(system: ReadSystem): readonly ImageVersion[] | undefined {
  const content = system.readFile(pathOf(system));
  if (content === undefined) return undefined;
  try {
    return IMAGES(JSON.parse(new TextDecoder().decode(content)), "");
  } catch {
    return []; // nobody can tell any more what they meant; the generation's record may
  }
}

/** Every name means again what it meant. */
export function endPulling(system: System): void {
  system.removeFile(pathOf(system));
}

function pathOf({ user }: ReadSystem): string {
  return `${user.home}/${PULL_FILE}`;
}
