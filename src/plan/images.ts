/** Which container images the files of an application name. Pure. */
import type { RenderedFile } from "../definition/definition.ts";
import { execCommands } from "./exec_words.ts";
import { readPodman } from "./podman_command.ts";
import { assignments, readUnits, settingOf, type UnitText } from "./read_units.ts";
import { listSetting } from "./unit_file.ts";

/** An image, and who runs it. */
export interface NamedImage {
  /** As the files name it. */
  readonly image: string;
  /** The units that use it, sorted. */
  readonly units: readonly string[];
  /** Whether it may be pulled: not what is built here, named by its id, or kept from being pulled. */
  readonly pull: boolean;
}

/** One place that names an image. */
interface Use {
  readonly image: string;
  readonly unit: string;
  readonly pull: boolean;
}

/**
 * Returns the images that `files` name, sorted by name: in Quadlet files, and in what units have podman run. A name that only systemd can
 * complete (with a specifier or a variable in it) is none.
 */
export function namedImages(files: readonly RenderedFile[]): readonly NamedImage[] {
  const units = readUnits(files);
  const built = new Set(units.flatMap((unit) => settingOf(unit, "Build", "ImageTag") ?? []));
  const uses = units.flatMap((unit) => [...ofQuadlet(unit, units), ...ofCommands(unit)]).filter(isName);
  return [...new Set(uses.map((use) => use.image))].sort().map((image) => {
    const own = uses.filter((use) => use.image === image);
    return {
      image,
      units: [...new Set(own.map((use) => use.unit))].sort(),
      pull: own.some((use) => use.pull) && mayComeFromRegistry(image) && !built.has(image),
    };
  });
}

/** What a Quadlet file says under `Image=`: an image, or the name of an `.image` or `.build` file. */
function ofQuadlet(unit: UnitText, units: readonly UnitText[]): readonly Use[] {
  return ["Container", "Volume", "Image"].flatMap((section) => {
    const named = settingOf(unit, section, "Image");
    if (named === undefined || named.endsWith(".build")) return [];
    const from = named.endsWith(".image") ? units.find((each) => each.files.includes(named)) : undefined;
    const image = from === undefined ? named : settingOf(from, "Image", "Image");
    return image === undefined ? [] : [{ image, unit: unit.name, pull: mayPull(unit, section) }];
  });
}

/** What the unit's commands have podman run, create or pull. */
function ofCommands(unit: UnitText): readonly Use[] {
  const { name, settings } = unit;
  const keys = [...new Set(settings.map((setting) => setting.key))].filter((key) => /^Exec/.test(key));
  const commands = keys.flatMap((key) => assignments(unit, "Service", key)).flatMap(execCommands);
  return commands.flatMap((argv) => {
    const command = readPodman(argv);
    if (command === undefined || command.options.some(([option]) => option === "rootfs")) return [];
    const pull = !command.options.some(([option, value]) => option === "pull" && value === "never");
    const images = command.verb === "pull" ? command.words : command.words.slice(0, 1);
    return images.map((image) => ({ image, unit: name, pull }));
  });
}

function mayPull({ settings }: UnitText, section: string): boolean {
  const extra = listSetting(settings, section, "PodmanArgs");
  const policy = settings.findLast((each) =>
    each.section === section && (each.key === "Pull" || each.key === "Policy")
  );
  return policy?.value !== "never" &&
    !extra.some((word, at) => word === "--pull=never" || (word === "--pull" && extra[at + 1] === "never"));
}

/** Whether it is a name as it stands; what podman reads from a file (`docker-archive:…`) has none. */
function isName({ image }: Use): boolean {
  return image !== "" && !/[%$\s]/.test(image) &&
    !/^(?:containers-storage|dir|docker-archive|docker-daemon|oci|oci-archive):/.test(image);
}

function mayComeFromRegistry(image: string): boolean {
  return !image.startsWith("localhost/") && !/^(?:[0-9a-f]{12}|(?:sha256:)?[0-9a-f]{64})$/.test(image);
}
