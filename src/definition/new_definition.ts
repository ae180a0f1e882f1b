/**
 * What `ppm init` writes: a definition that runs as it is, to be changed into one's own. Pure. Its files are those in `templates/init/`, with
 * `@NAME@` for the application's name; what is a template in them is one of the definition, and stays.
 */
import appinfo from "../../templates/init/appinfo.yml.in" with { type: "text" };
import container from "../../templates/init/container.eta.in" with { type: "text" };
import readme from "../../templates/init/README.md.in" with { type: "text" };
import service from "../../templates/init/service.eta.in" with { type: "text" };
import start from "../../templates/init/start.in" with { type: "text" };
import { mainUnitFault } from "./unit_names.ts";

/** How the application's container is started: by a file that Quadlet makes a unit of, or by a plain systemd unit. */
export type UnitStyle = "quadlet" | "unit";

/** A file of a new definition. */
export interface NewFile {
  /** Below the definition's directory. */
  readonly path: string;
  readonly text: string;
}

/** Returns what keeps `name` from being the name of a new definition: `must …`, or undefined. It becomes that of units, a container and a host. */
export function newNameFault(name: string): string | undefined {
  if (!/^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) {
    return "must be 1 to 40 lower-case letters, digits and dashes, begin with a letter and not end with a dash";
  }
  return mainUnitFault(name);
}

/** Returns the files of a definition for the application `name`, sorted by path. */
export function newDefinition(name: string, style: UnitStyle): readonly NewFile[] {
  const unit = style === "quadlet"
    ? { path: `.config/containers/systemd/${name}.container`, text: container }
    : { path: `.config/systemd/user/${name}.service`, text: service };
  const files = {
    "README.md": readme.replaceAll("@UNIT@", `${unit.path}.eta`).replaceAll("@UNIT_RENDERED@", unit.path),
    "appinfo.yml": appinfo,
    [`templates/.config/${name}/start`]: start,
    [`templates/${unit.path}.eta`]: unit.text,
  };
  return Object.entries(files).sort(([a], [b]) => a < b ? -1 : 1).map(([path, text]) => ({
    path,
    text: text.replaceAll("@NAME@", name),
  }));
}
