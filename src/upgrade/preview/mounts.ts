/** What the units of an application may write to outside `data/`, and what is therefore in no snapshot. Pure. */
import type { RenderedFile } from "../../definition/definition.ts";
import { DATA_DIRECTORY } from "../../layout.ts";
import { parseUnitFile, type UnitSetting } from "../../plan/unit_file.ts";
import { unitSource } from "../../plan/units.ts";
import { podmanCalls, valuesOf } from "./podman_calls.ts";

/** What a unit may write to. */
export interface Mount {
  /** `volume`: kept by podman; `path`: of this server. */
  readonly kind: "volume" | "path";
  /** The volume's name as podman knows it, or an absolute path. */
  readonly source: string;
  readonly unit: string;
}

interface UnitText {
  readonly path: string;
  readonly unit: string;
  readonly settings: readonly UnitSetting[];
}

interface Scene {
  readonly home: string;
  /** What each `.volume` file makes: a volume of podman's, or what it binds. */
  readonly volumes: ReadonlyMap<string, Pick<Mount, "kind" | "source">>;
}

/** What no application relies on: gone after a reboot, never on a disk, or made again (caches, logs). */
const TRANSIENT = /^\/(dev|proc|run|sys|tmp|var\/tmp)(\/|$)|^%[CLtTV]|\.sock$/;

/** How a path begins; what begins otherwise is the name of a volume. */
const PATH = /^(\/|\.|%[CLStTV](\/|$))/;

/**
 * Returns the mounts of `files` that are writable and neither in `data/` nor among `files` themselves. As much as the files say: what an
 * image declares as a volume, and what a program without a container opens, nobody can read there.
 */
export function writableMounts(files: readonly RenderedFile[], home: string): readonly Mount[] {
  const units = files.flatMap(toUnitText);
  const scene = { home, volumes: new Map(units.flatMap((unit) => volumeOf(unit, home))) };
  const rendered = new Set(files.map((file) => `${home}/${file.path}`));
  const data = `${home}/${DATA_DIRECTORY}`;
  return units.flatMap((unit) => mountsOf(unit, scene)).filter(({ kind, source }) =>
    kind === "volume" ||
    !(TRANSIENT.test(source) || rendered.has(source) || source === data || source.startsWith(`${data}/`))
  );
}

function toUnitText({ path, content }: RenderedFile): readonly UnitText[] {
  const text = () => new TextDecoder().decode(content);
  const unit = unitSource(path, text)?.unit;
  return unit === undefined ? [] : [{ path, unit, settings: parseUnitFile(text()) }];
}

/** podman calls what `db.volume` makes `systemd-db`, unless the file says otherwise (podman-systemd.unit(5)). */
function volumeOf({ path, settings }: UnitText, home: string) {
  const file = path.slice(path.lastIndexOf("/") + 1);
  if (!file.endsWith(".volume")) return [];
  const said = (key: string) =>
    settings.findLast((each) => each.section === "Volume" && each.key === key)?.value;
  const device = absolute(said("Device") ?? "", { path, home });
  const name = said("VolumeName") ?? `systemd-${file.slice(0, -".volume".length)}`;
  const volume = device.startsWith("/")
    ? { kind: "path", source: device } as const
    : { kind: "volume", source: name } as const;
  return [[file, volume] as const];
}

function mountsOf(unit: UnitText, scene: Scene): readonly Mount[] {
  const { settings } = unit;
  const calls = podmanCalls(settings);
  const quadlet = (key: string) =>
    settings.filter((setting) => setting.key === key && isContainer(setting)).map(({ value }) => value);
  const sources = [
    ...[...quadlet("Volume"), ...valuesOf(calls, "volume", "v")].flatMap(sourceOfVolume),
    ...[...quadlet("Mount"), ...valuesOf(calls, "mount")].flatMap(sourceOfMount),
    ...settings.flatMap(sourcesOfService),
  ];
  return sources.map((source) => ({ ...locate(source, unit, scene), unit: unit.unit }));
}

function isContainer({ section }: UnitSetting): boolean {
  return section === "Container" || section === "Pod";
}

/** `SOURCE:TARGET[:OPTIONS]`; without a source it is a volume that goes with its container. With `O` the changes do. */
function sourceOfVolume(value: string): readonly string[] {
  const [source = "", target, options = ""] = value.replace(/^"(.*)"$/, "$1").split(":");
  return target === undefined || source === "" || /(^|,)(ro|O)(,|$)/.test(options) ? [] : [source];
}

/** `type=bind,source=…,target=…,ro=true` (podman-run(1), `--mount`). */
function sourceOfMount(value: string): readonly string[] {
  const fields = value.replace(/^"(.*)"$/, "$1").split(",").map((field) => field.split("="));
  const said = (...keys: readonly string[]) => fields.find(([key = ""]) => keys.includes(key));
  const isReadOnly = said("ro", "readonly");
  if (isReadOnly !== undefined && isReadOnly[1] !== "false") return [];
  const source = said("source", "src")?.[1] ?? "";
  return source === "" || !["bind", "volume", undefined].includes(said("type")?.[1]) ? [] : [source];
}

/** What systemd itself gives a service to write to (systemd.exec(5)). Where `%S` is, depends on its version: in `~/.config` before 254. */
function sourcesOfService({ section, key, value }: UnitSetting): readonly string[] {
  if (section !== "Service") return [];
  const words = value.split(/\s+/).filter((word) => word !== "");
  if (key === "StateDirectory") return words.map((word) => `%S/${word.split(":")[0]}`);
  return key === "BindPaths" ? words.map((word) => word.replace(/^-/, "").split(":")[0] ?? "") : [];
}

function locate(
  source: string,
  { path }: UnitText,
  { home, volumes }: Scene,
): Pick<Mount, "kind" | "source"> {
  const place = absolute(source, { path, home });
  if (PATH.test(place)) return { kind: "path", source: place };
  return volumes.get(source) ?? { kind: "volume", source };
}

/** Puts in the specifiers that lead into the home directory (systemd.unit(5)); Quadlet's `./x` begins where its file lies, a service's at home. */
function absolute(source: string, { path, home }: { readonly path: string; readonly home: string }): string {
  const directory = path.includes("/containers/systemd/")
    ? `${home}/${path.slice(0, path.lastIndexOf("/"))}`
    : home;
  const place = source
    .replace(/^(?:%h|\$\{HOME\}|\$HOME)(?=\/|$)/, home)
    .replace(/^%E(?=\/|$)/, `${home}/.config`)
    .replace(/^(?=\.\.?(?:\/|$))/, `${directory}/`)
    .replaceAll("%%", "%");
  return place.startsWith("/") ? normalized(place) : place;
}

/** Without empty names, `.` and `..`: what they lead to is what counts. */
function normalized(path: string): string {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `/${names.join("/")}`;
}
