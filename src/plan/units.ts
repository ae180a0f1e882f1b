/** Which units the files of an application make, by where they lie and what they are called. */
import { listSetting, parseUnitFile } from "./unit_file.ts";

/** Where the units of a user lie, relative to the home directory. */
export const UNIT_DIRECTORY = ".config/systemd/user";

/** Where podman's Quadlet looks for its files, relative to the home directory (podman-systemd.unit(5)). */
export const QUADLET_DIRECTORY = ".config/containers/systemd";

const UNIT_NAME =
  /^[A-Za-z0-9:_.\\-]+(@[A-Za-z0-9:_.\\-]*)?\.(service|socket|timer|path|target|mount|automount|swap|slice)$/;

/** Quadlet's naming: what its generator calls the service for a file (podman-systemd.unit(5)). */
const QUADLET_SUFFIXES: ReadonlyMap<string, string> = new Map([
  ["container", ""],
  ["kube", ""],
  ["volume", "-volume"],
  ["network", "-network"],
  ["pod", "-pod"],
  ["image", "-image"],
  ["build", "-build"],
]);

/** A file that systemd or Quadlet reads, as a part of a unit. */
export interface UnitSource {
  /** The unit: `web.service`. */
  readonly unit: string;
  /** `file`: the unit itself; `quadlet`: the file it is generated from; `dropin`: a part of it. */
  readonly role: "file" | "quadlet" | "dropin";
}

/**
 * Returns what the file at `path` (relative to the home directory) is to systemd, or undefined if it is none of its files.
 * `text` is asked for only where Quadlet's `ServiceName=` may rename the service.
 */
export function unitSource(path: string, text: () => string): UnitSource | undefined {
  if (path.startsWith(`${UNIT_DIRECTORY}/`)) return plainUnit(path.slice(UNIT_DIRECTORY.length + 1));
  if (path.startsWith(`${QUADLET_DIRECTORY}/`)) return quadletUnit(path, text);
  return undefined;
}

/** Whether systemd has to be reloaded when the file at `path` changes. */
export function concernsSystemd(path: string): boolean {
  return path.startsWith(`${UNIT_DIRECTORY}/`) || path.startsWith(`${QUADLET_DIRECTORY}/`);
}

/** Returns the name of the application's target. */
export function targetOf({ mainunit }: { readonly mainunit: string }): string {
  return `${mainunit}.target`;
}

/** Whether systemd can be asked about the unit: not about a template, only about its instances. */
export function isConcrete(unit: string): boolean {
  return !unit.includes("@.");
}

/** Whether a unit is one that ppm runs beside the application: no unit of a definition may begin so. */
export function isOwnUnit(unit: string): boolean {
  return unit.startsWith("ppm-");
}

/** The kinds of unit that do the application's work, and that PartOf= ties to its target. */
export function isWorkUnit(unit: string): boolean {
  return /\.(service|socket|timer|path)$/.test(unit);
}

/**
 * Whether a unit may have read any file of the definition when it started. `files` are those that it is made of: what Quadlet makes of a
 * network, a volume or an image reads no other.
 */
export function mayReadFiles(
  { name, files }: { readonly name: string; readonly files: readonly string[] },
): boolean {
  const own = files.filter((path) => path.startsWith(`${QUADLET_DIRECTORY}/`) && !path.endsWith(".conf"));
  return name.endsWith(".service") && !own.some((path) => /\.(network|volume|image)$/.test(path));
}

/** Returns the unit whose file serves `unit`: the template of an instance, else itself. `web@1.service` → `web@.service`. */
export function templateOf(unit: string): string {
  return unit.replace(/@[^.]*(?=\.[a-z]+$)/, "@");
}

function plainUnit(below: string): UnitSource | undefined {
  const [first = "", second, ...rest] = below.split("/");
  if (second === undefined) return UNIT_NAME.test(first) ? { unit: first, role: "file" } : undefined;
  const unit = first.endsWith(".d") ? first.slice(0, -2) : "";
  return rest.length === 0 && second.endsWith(".conf") && UNIT_NAME.test(unit)
    ? { unit, role: "dropin" }
    : undefined;
}

function quadletUnit(path: string, text: () => string): UnitSource | undefined {
  const parts = path.slice(QUADLET_DIRECTORY.length + 1).split("/");
  const dropin = parts.length > 1 && parts.at(-1)?.endsWith(".conf") ? parts.at(-2) : undefined;
  const name = dropin?.endsWith(".d") ? dropin.slice(0, -2) : parts.at(-1) ?? "";
  const dot = name.lastIndexOf(".");
  const suffix = QUADLET_SUFFIXES.get(name.slice(dot + 1));
  if (dot <= 0 || suffix === undefined) return undefined;
  if (dropin !== undefined) return { unit: `${name.slice(0, dot)}${suffix}.service`, role: "dropin" };
  return { unit: `${serviceName(name, text()) ?? name.slice(0, dot) + suffix}.service`, role: "quadlet" };
}

/** What `ServiceName=` in the file's own section says, if it does. */
function serviceName(file: string, text: string): string | undefined {
  const kind = file.slice(file.lastIndexOf(".") + 1);
  const section = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
  return listSetting(parseUnitFile(text), section, "ServiceName").at(-1);
}
