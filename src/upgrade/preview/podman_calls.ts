/** What the files of a unit have podman do: through Quadlet's `PodmanArgs=`, and in the command lines of plain services. Pure. */
import { execCommands } from "../../plan/exec_words.ts";
import { type PodmanCommand, readPodman } from "../../plan/podman_command.ts";
import type { UnitSetting } from "../../plan/unit_file.ts";

/** Returns the calls of podman that make containers or fetch images, as far as the lines of `settings` tell of them. */
export function podmanCalls(settings: readonly UnitSetting[]): readonly PodmanCommand[] {
  return settings.flatMap(({ section, key, value }) => {
    if (section === "Service" && key.startsWith("Exec")) return execCommands(value).flatMap(call);
    return section === "Container" && key === "PodmanArgs"
      ? execCommands(`podman run ${value}`).flatMap(call)
      : [];
  });
}

/** Returns the values of an option, which may have a short name too. */
export function valuesOf(calls: readonly PodmanCommand[], ...names: readonly string[]): readonly string[] {
  return calls.flatMap(({ options }) =>
    options.filter(([name]) => names.includes(name)).map(([, value]) => value)
  );
}

function call(argv: readonly string[]): readonly PodmanCommand[] {
  return [readPodman(argv) ?? []].flat();
}
