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
import { beginPulling, endPulling, imagesBeforePull } from "./pull_journal.ts";

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

/** What was pulled, and waits for the switch. */
export interface Pulled {
  /** What names are to mean from then on that mean another image until then. */
  readonly images: readonly ImageVersion[];
  /** The units whose image is another one then. */
  readonly changed: readonly string[];
}

/**
 * Pulls what `files` name and a registry has. Each name means at once again what it meant in `before`: a container that ends before the switch
 * starts with the image that it had. Throws {@linkcode UserError} where one cannot be had; nothing means anything else then.
 */
export async function pullImages(
  hands: Hands,
  files: readonly RenderedFile[],
  before: readonly ImageVersion[],
): Promise<Pulled> {
  const wanted = namedImages(files).filter(({ pull }) => pull);
  if (wanted.length === 0) return { images: [], changed: [] };
  const images: ImageVersion[] = [];
  const changed = new Set<string>();
  beginPulling(hands.system, before);
  try {
    for (const { image, units } of wanted) {
      const pulled = await pull(hands, image);
      const meant = before.find((version) => version.name === image);
      if (meant?.id === pulled?.id) continue;
      units.forEach((unit) => changed.add(unit));
      if (pulled === undefined || meant === undefined) continue;
      images.push({ name: image, id: pulled.id, digest: knownDigest(image, pulled) });
      await nameImage(hands.system, meant);
    }
  } finally {
    await finishPulling(hands);
  }
  return { images, changed: [...changed].sort() };
}

/** Returns the image that a registry has under this name; one that is pinned and here need not be asked for. */
async function pull({ system, output }: Hands, image: string): Promise<LocalImage | undefined> {
  const present = isPinned(image) ? await findImage(system, image) : undefined;
  if (present !== undefined) return present;
  output.info(`Pulling ${image}`);
  try {
    await system.run(podmanPull(image));
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    throw new UserError(`Cannot pull the image ${image}: ${reasonOf(error)}`, {
      hint: `The application goes on as it was. See for yourself: podman pull ${image}`,
      cause: error,
    });
  }
  return await findImage(system, image);
}

/** Gives names the images that were pulled for them. */
export async function nameImages(system: System, images: readonly ImageVersion[]): Promise<void> {
  for (const image of images) await nameImage(system, image);
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
      await nameImage(hands.system, image);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const reason = error instanceof ProgramError ? reasonOf(error) : error.message;
      hands.output.warn(
        `Cannot bring back the image that ${image.name} was (${image.id.slice(0, 12)}): ${reason}`,
      );
    }
  }
}

/** Makes `name` mean the image `id`, pulled by its digest where it is gone. */
async function nameImage(system: System, { name, id, digest }: ImageVersion): Promise<void> {
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

/** Gives names back that a pull has moved, also one that was killed in the middle; says whether there was one. */
export async function finishPulling(hands: Hands): Promise<boolean> {
  const images = imagesBeforePull(hands.system);
  if (images === undefined) return false;
  await returnImages(hands, images);
  endPulling(hands.system);
  return true;
}
