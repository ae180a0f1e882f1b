/** Which container images the files of an application name. Pure. */
import type { RenderedFile } from "../definition/definition.ts";

/** An image, and who runs it. */
export interface NamedImage {
  /** As the files name it. */
  readonly image: string;
  /** The units that use it, sorted. */
  readonly units: readonly string[];
  /** Whether it may be pulled: not what is built here, named by its id, or kept from being pulled. */
  readonly pull: boolean;
}

/** Returns the images that `files` name, sorted by name: in Quadlet files, and in what plain units have podman run. */
export function namedImages(_files: readonly RenderedFile[]): readonly NamedImage[] {
  throw new Error("not yet");
}
