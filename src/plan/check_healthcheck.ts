/** Whether a healthcheck fits the rest of its definition. */
import type { Position, Problems } from "../config/problems.ts";
import type { Path } from "../config/yaml.ts";
import type { Definition, RenderedFile } from "../definition/definition.ts";
import type { Question } from "../host/system.ts";
import { listSetting, parseUnitFile } from "./unit_file.ts";
import { templateOf, type UnitSource } from "./units.ts";

/** Where problems go; `locate` tells where something stands in appinfo.yml. */
export interface HealthcheckPlace {
  readonly problems: Problems;
  readonly locate: (path: Path) => Position | undefined;
}

/** Adds every problem of the definition's healthcheck that its schema cannot see; `sources` are the files that make units. */
export function checkHealthcheck(
  { app, secrets }: Definition,
  sources: readonly (UnitSource & { readonly file: RenderedFile })[],
  place: HealthcheckPlace,
): void {
  const probe = app.healthcheck?.probe;
  if (probe?.kind === "unit") checkUnit(probe.unit, app.enableunits, sources, place);
  else if (probe?.kind === "http") checkSecrets(probe, secrets, place);
}

/** What is asked appears in messages and in the manifest. */
function checkSecrets(
  { path, text }: Extract<Question, { kind: "http" }>,
  secrets: Definition["secrets"],
  { problems, locate }: HealthcheckPlace,
): void {
  for (const [key, value] of [["path", path], ["text", text ?? ""]] as const) {
    const leaked = secrets.find((secret) => value.includes(secret.value));
    if (leaked === undefined) continue;
    const message = `healthcheck.http.${key} would show the secret ${leaked.name} in messages`;
    problems.add("appinfo.yml", locate(["healthcheck", "http", key]), message);
  }
}

function checkUnit(
  unit: string,
  enableunits: readonly string[],
  sources: readonly (UnitSource & { readonly file: RenderedFile })[],
  { problems, locate }: HealthcheckPlace,
): void {
  const add = (message: string) =>
    problems.add(
      "appinfo.yml",
      locate(["healthcheck", "unit"]),
      `healthcheck.unit names ${unit}, ${message}`,
    );
  if (enableunits.includes(unit)) {
    add("which stands in enableunits: what asks is started when it is time to ask, not with the application");
  }
  const own = sources.filter((source) => source.unit === unit || source.unit === templateOf(unit));
  const main = own.find((source) => source.role !== "dropin");
  if (main === undefined) return add("but no file under templates/ makes that unit");
  const settings = own.flatMap(({ file }) => parseUnitFile(new TextDecoder().decode(file.content)));
  const setting = (key: string) => listSetting(settings, "Service", key).at(-1);
  if (setting("Type") !== "oneshot") {
    const message = `${unit} is the healthcheck, so its section [Service] must have the line Type=oneshot`;
    problems.add(main.file.origin, position(main.file, "Type"), message);
  }
  const condition = settings.find(({ section, key }) => section === "Unit" && key.startsWith("Condition"));
  if (condition !== undefined) {
    const message =
      `${unit} is the healthcheck, and must not have ${condition.key}=: unmet, it would pass for ` +
      `success. Assert${condition.key.slice("Condition".length)}= fails`;
    problems.add(main.file.origin, position(main.file, condition.key), message);
  }
  if (/^(?:1|yes|y|true|t|on)$/i.test(setting("RemainAfterExit") ?? "")) {
    const message =
      `${unit} is the healthcheck, and must not have RemainAfterExit=: it would be asked only once`;
    problems.add(main.file.origin, position(main.file, "RemainAfterExit"), message);
  }
}

/** Where `key` stands, or else the section's first line; in a template the lines are others than in what it renders to. */
function position(file: RenderedFile, key: string): Position | undefined {
  if (file.origin.endsWith(".eta")) return undefined;
  const settings = parseUnitFile(new TextDecoder().decode(file.content));
  const line = (settings.find((setting) => setting.key === key) ??
    settings.find((setting) => setting.section === "Service"))?.line;
  return line === undefined ? undefined : { line, column: 1 };
}
