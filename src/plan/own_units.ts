/** The units that ppm itself writes, from the templates in `templates/`. */
import { Eta } from "eta/core";
import dropinTemplate from "../../templates/unit_dropin.eta" with { type: "text" };
import targetTemplate from "../../templates/target.eta" with { type: "text" };
import type { AppInfo, RenderedFile } from "../definition/definition.ts";
import type { ManifestUnit } from "./manifest.ts";
import { targetOf, templateOf, UNIT_DIRECTORY } from "./units.ts";

const eta = new Eta({ autoEscape: false, autoTrim: false });

/** Returns the target of the application and the drop-ins that tie its units to it. */
export function ownUnits(app: AppInfo, units: readonly ManifestUnit[]): readonly RenderedFile[] {
  const target = targetOf(app);
  const values = { target, description: escapeSpecifiers(app.description.replace(/\.$/, "")) };
  const dropin = eta.renderString(dropinTemplate, values);
  const names = new Set(units.map((unit) => templateOf(unit.name)));
  return [
    ownFile(`${UNIT_DIRECTORY}/${target}`, eta.renderString(targetTemplate, values)),
    ...[...names].sort().map((name) => ownFile(`${UNIT_DIRECTORY}/${name}.d/ppm.conf`, dropin)),
  ];
}

function ownFile(path: string, text: string): RenderedFile {
  return { path, content: new TextEncoder().encode(text), mode: 0o644, origin: "ppm" };
}

/** systemd.unit(5): a percent sign stands for itself when doubled. */
function escapeSpecifiers(text: string): string {
  return text.replaceAll("%", "%%");
}
