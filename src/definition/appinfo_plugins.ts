/** Loads the plugins that appinfo.yml names, knowing of them only the interface. */
import { didYouMean } from "../config/nearest.ts";
import { addKeyProblem, below, type Place } from "../config/place.ts";
import type { Problems } from "../config/problems.ts";
import type { Mapping } from "../config/yaml.ts";
import type { LoadedPlugin, Plugin } from "../plugins/plugin.ts";

/** Loads `plugins` (options by name, at `place`) from `registry`. Adds a problem for what is unknown or wrong, and unless exactly one is for backups. */
export function loadPlugins(
  registry: readonly Plugin[],
  plugins: Mapping,
  place: Place,
  problems: Problems,
): readonly LoadedPlugin[] {
  const loaded: LoadedPlugin[] = [];
  for (const [name, options] of Object.entries(plugins)) {
    const plugin = registry.find((known) => known.name === name);
    if (plugin === undefined) {
      addKeyProblem(
        problems,
        below(place, name),
        `Unknown plugin "${name}"${didYouMean(name, registry.map((known) => known.name))}`,
      );
      continue;
    }
    // `website:` with nothing behind it says: all options as they are by default.
    const ready = plugin.load(options ?? {}, below(place, name), problems);
    if (ready !== undefined) loaded.push(ready);
  }
  checkBackup(registry, Object.keys(plugins), place, problems);
  return loaded;
}

/** An author cannot forget about backups: saying that there are none is a choice, too. */
function checkBackup(
  registry: readonly Plugin[],
  names: readonly string[],
  place: Place,
  problems: Problems,
): void {
  const known = registry.filter((plugin) => plugin.role === "backup").map((plugin) => plugin.name);
  const [first, second, ...more] = names.filter((name) => known.includes(name));
  if (first === undefined) {
    addKeyProblem(problems, place, `Missing backup plugin: load exactly one of ${known.join(", ")}`);
  } else if (second !== undefined) {
    addKeyProblem(
      problems,
      below(place, second),
      `Cannot load ${[first, second, ...more].join(" and ")} together: choose one of them`,
    );
  }
}
