/** Rootless podman's images: what they are, and where they come from. */
import { UserError } from "../errors.ts";
import { type Check, list, nullable, shape, text } from "./check_json.ts";
import type { Invocation, ReadSystem, System } from "./system.ts";

/** Two hours: an image may be gigabytes, and a line slow. Nothing is down while one is pulled. */
const PULL_LIMIT_MS = 2 * 60 * 60 * 1000;

/** An image that is here. */
export interface LocalImage {
  /** Hexadecimal. */
  readonly id: string;
  /** `sha256:…` of its manifest. */
  readonly digest: string;
  /** `docker.io/library/nginx`: the repositories that podman knows it from. */
  readonly repositories: readonly string[];
}

interface Inspected {
  readonly Id: string;
  readonly Digest: string;
  readonly RepoDigests: readonly string[] | null;
}

const INSPECTED: Check<readonly Inspected[]> = list(
  shape<Inspected>({ Id: text, Digest: text, RepoDigests: nullable(list(text)) }),
);

/** Returns the invocation that asks whether an image is here: 0, or 1 where it is not. `name` is a name or an id. */
export function podmanImageExists(name: string): Invocation {
  return { program: "podman", args: ["image", "exists", "--", name], changes: false, accept: [0, 1] };
}

/** Returns the invocation that describes an image; read its output with {@linkcode parseImage}. */
export function podmanInspectImage(name: string): Invocation {
  return { program: "podman", args: ["image", "inspect", "--", name], changes: false };
}

/** Returns the invocation that fetches an image, and makes its name mean what the registry says. */
export function podmanPull(name: string): Invocation {
  return {
    program: "podman",
    args: ["pull", "--quiet", "--", name],
    changes: true,
    timeoutMs: PULL_LIMIT_MS,
  };
}

/** Returns the invocation that gives an image a name, which it takes from any other. `name` is whole: podman adds localhost/ to a short one. */
export function podmanTag(id: string, name: string): Invocation {
  return { program: "podman", args: ["tag", "--", id, name], changes: true };
}

/** Reads `podman image inspect` (podman 4.3 to 5.x). Throws {@linkcode UserError} for anything else. */
export function parseImage(stdout: string): LocalImage {
  try {
    const [image] = INSPECTED(JSON.parse(stdout), "");
    if (image === undefined) throw new TypeError("it describes no image");
    const repositories = (image.RepoDigests ?? []).map((each) => each.slice(0, each.lastIndexOf("@")));
    return { id: image.Id, digest: image.Digest, repositories: [...new Set(repositories)] };
  } catch (cause) {
    throw new UserError(
      `Cannot understand podman image inspect: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}

/** Returns what the image is that `name` (or an id) means here; undefined where there is none. */
export async function findImage(system: ReadSystem, name: string): Promise<LocalImage | undefined> {
  const { code } = await system.run(podmanImageExists(name));
  return code === 0 ? parseImage((await system.run(podmanInspectImage(name))).stdout) : undefined;
}

/** Makes `name` (whole) mean the image with this id. */
export async function tagImage(system: System, id: string, name: string): Promise<void> {
  await system.run(podmanTag(id, name));
}
