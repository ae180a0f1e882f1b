/** A podman that has images, and a registry that it pulls from. */
import type { Answer } from "./fake_system.ts";

/** The digest of every image. */
export const DIGEST = `sha256:${"d".repeat(64)}`;

export class FakePodman {
  /** What each name means: the id of an image. */
  readonly images: Record<string, string>;
  readonly #registry: Readonly<Record<string, string>>;

  /** `registry`: what a pull of a name brings; of others it says that there are none. */
  constructor(images: Record<string, string>, registry: Readonly<Record<string, string>> = {}) {
    this.images = images;
    this.#registry = registry;
  }

  readonly run = (args: readonly string[]): Answer => {
    const name = args.at(-1) ?? "";
    const isId = Object.values(this.images).includes(name);
    const id = this.images[name] ?? (isId ? name : undefined);
    if (args[1] === "exists") return { code: id === undefined ? 1 : 0 };
    if (args[1] === "inspect") {
      const repository = name.replace(/[:@][^/]*$/, "");
      return {
        stdout: JSON.stringify([{ Id: id, Digest: DIGEST, RepoDigests: [`${repository}@${DIGEST}`] }]),
      };
    }
    const pulled = args[0] === "tag" ? args.at(-2) : this.#registry[name];
    if (pulled === undefined) return { code: 125, stderr: "Trying\nError: manifest unknown\n" };
    this.images[name] = pulled;
    return {};
  };
}
