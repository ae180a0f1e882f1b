/** The images that the units name: which ones they are, newer ones, and those that there were before. */
import type { ImageVersion } from "../apply/generation_record.ts";
import type { Hands } from "../apply/hands.ts";
import type { RenderedFile } from "../definition/definition.ts";
import { UserError } from "../errors.ts";
import { findImage, type LocalImage, podmanPull, tagImage } from "../host/podman_images.ts";
import { ProgramError } from "../host/program_error.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { type NamedImage, namedImages } from "../plan/images.ts";
import { isPinned, repositoryOf, wholeName } from "./image_name.ts";

/** Returns what each image that `files` name is right now; those that are not here are left out. */
export async function recordImages(
  system: ReadSystem,
  files: readonly RenderedFile[],
): Promise<readonly ImageVersion[]> {
  const versions: ImageVersion[] = [];
  for (const { image } of imagesOf(system, files)) {
    const found = await findImage(system, image);
    if (found !== undefined) versions.push({ name: image, id: found.id, digest: knownDigest(image, found) });
  }
  return versions;
}

/** Where there is no podman, no image can be here; it is asked of a machine that could not run the units either. */
function imagesOf(system: ReadSystem, files: readonly RenderedFile[]): readonly NamedImage[] {
  const images = namedImages(files);
  return images.length > 0 && system.which("podman") === undefined ? [] : images;
}

/** The digest by which a registry may know the image: no registry has what was made here. */
function knownDigest(name: string, { digest, repositories }: LocalImage): string | null {
  const whole = wholeName(name, repositories);
  const isLocal = whole === undefined || whole.startsWith("localhost/");
  return isLocal || !repositories.includes(repositoryOf(whole)) ? null : digest;
}

/**
 * Pulls what `files` name and a registry has. `changed` are the units whose image is another one now than in `before`. Throws
 * {@linkcode UserError} where one cannot be had; every name means what it meant before then.
 */
export async function pullImages(
  hands: Hands,
  files: readonly RenderedFile[],
  before: readonly ImageVersion[],
): Promise<{ readonly changed: readonly string[] }> {
  const { system, output } = hands;
  const images = namedImages(files).filter((image) => image.pull);
  const changed = new Set<string>();
  for (const [at, { image, units }] of images.entries()) {
    if (!isPinned(image) || await findImage(system, image) === undefined) {
      output.info(`Pulling ${image}`);
      const pulled = images.slice(0, at).map((each) => each.image);
      await pull(hands, image, before.filter((version) => pulled.includes(version.name)));
    }
    const id = (await findImage(system, image))?.id;
    if (before.find((version) => version.name === image)?.id !== id) {
      units.forEach((unit) => changed.add(unit));
    }
  }
  return { changed: [...changed].sort() };
}

/** Pulls one image; if that fails, what was `pulled` already becomes again what it was. */
async function pull(hands: Hands, image: string, pulled: readonly ImageVersion[]): Promise<void> {
  try {
    await hands.system.run(podmanPull(image));
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    await returnImages(hands, pulled);
    throw new UserError(`Cannot pull the image ${image}: ${reasonOf(error)}`, {
      hint: `The application goes on as it was. See for yourself: podman pull ${image}`,
      cause: error,
    });
  }
}

/** What podman says in the end, which tells more than what it says first. */
function reasonOf(error: ProgramError): string {
  const last = error.stderr.trim().split("\n").at(-1)?.replace(/^Error: /, "");
  return last || error.message;
}

/** Gives each name the image back that it meant, pulled by its digest where it is gone; warns where neither can be done. */
export async function returnImages(hands: Hands, images: readonly ImageVersion[]): Promise<void> {
  for (const image of images) {
    try {
      await returnImage(hands.system, image);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const reason = error instanceof ProgramError ? reasonOf(error) : error.message;
      hands.output.warn(
        `Cannot bring back the image that ${image.name} was (${image.id.slice(0, 12)}): ${reason}`,
      );
    }
  }
}

async function returnImage(system: System, { name, id, digest }: ImageVersion): Promise<void> {
  const current = await findImage(system, name);
  if (current?.id === id) return;
  const kept = await findImage(system, id);
  const whole = wholeName(name, [...current?.repositories ?? [], ...kept?.repositories ?? []]);
  if (kept !== undefined && whole !== undefined && !isPinned(name)) return await tagImage(system, id, whole);
  if (digest === null) throw new UserError("it is gone, and no registry has it");
  const pinned = `${repositoryOf(whole ?? name)}@${digest}`;
  await system.run(podmanPull(pinned));
  const pulled = await findImage(system, pinned);
  if (pulled?.id !== id) throw new UserError(`${pinned} is another image here`);
  const named = wholeName(name, pulled.repositories);
  if (named !== undefined && !isPinned(name)) await tagImage(system, id, named);
}
