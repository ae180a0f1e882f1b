/** Images that a unit pulls by itself when it starts: going back to the former image does not last there. Pure. */
import type { RenderedFile } from "../../definition/definition.ts";
import { namedImages } from "../../plan/images.ts";
import { parseUnitFile, type UnitSetting } from "../../plan/unit_file.ts";
import { unitSource } from "../../plan/units.ts";
import { podmanCalls, valuesOf } from "./podman_calls.ts";

/** An image by a name that may mean another one tomorrow, and the units that will find out. */
export interface SelfPulled {
  readonly image: string;
  readonly units: readonly string[];
}

/** Policies by which podman asks the registry although it has the image (podman-run(1), `--pull`). */
const ASKS = ["always", "newer"];

/** Returns the images of `files` that are pulled at each start, those named by their digest aside: these are what they are. */
export function selfPulled(files: readonly RenderedFile[]): readonly SelfPulled[] {
  const pulling = new Set(files.flatMap((file) => {
    const text = new TextDecoder().decode(file.content);
    const unit = unitSource(file.path, () => text)?.unit;
    return unit !== undefined && pulls(parseUnitFile(text)) ? [unit] : [];
  }));
  return namedImages(files).flatMap(({ image, units, pull }) => {
    const own = units.filter((unit) => pulling.has(unit));
    return !pull || own.length === 0 || image.includes("@sha256:") ? [] : [{ image, units: own }];
  });
}

function pulls(settings: readonly UnitSetting[]): boolean {
  const policy = (section: string, key: string) =>
    settings.findLast((setting) => setting.section === section && setting.key === key)?.value;
  const calls = podmanCalls(settings);
  // What makes a unit of an image pulls whenever that starts: podman-pull(1) asks the registry unless it is told not to.
  const isImage = settings.some(({ section, key }) => section === "Image" && key === "Image");
  return (isImage && ASKS.includes(policy("Image", "Policy") ?? "always")) ||
    ASKS.includes(policy("Container", "Pull") ?? "") ||
    calls.some(({ verb }) => verb === "pull") ||
    valuesOf(calls, "pull").some((value) => ASKS.includes(value));
}
