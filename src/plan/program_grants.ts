/** Which programs the units of an application run outside containers. Pure. */
import { execCommands, PREFIXES } from "./exec_words.ts";
import { podmanGrants } from "./listen_grants.ts";
import { readPodman } from "./podman_command.ts";
import { assignments, type UnitText } from "./read_units.ts";

/** podman, as it is installed: another file of that name is a program like any other. */
const PODMAN = ["podman", "/usr/bin/podman", "/bin/podman", "/usr/local/bin/podman"];

/** What podman does that its options alone do not tell, or that is no container at all. */
const OBSCURE =
  /^(?:\S+ )*?(?:pod create|pod clone|container clone|container runlabel|kube play|play kube|system service|unshare)\b/;

/** Programs that do whatever their arguments say: what they are told counts, not which they are. */
const INTERPRETERS = new Set(
  ("ash awk bash bun busybox chroot chrt dash deno doas env expect fish flock gawk ionice java ksh lua make mawk ncat nc nice node nodejs nohup " +
    "nsenter perl php python ruby runuser script sed setpriv setsid sh socat ssh stdbuf su sudo systemctl systemd-run taskset tclsh timeout unshare " +
    "xargs zsh").split(" "),
);

/** Returns what the commands of a unit are: programs by their path, interpreters by the whole line, and what podman is told to publish. */
export function commandGrants(unit: UnitText): readonly string[] {
  const keys = new Set(unit.settings.map(({ key }) => key).filter((key) => key.startsWith("Exec")));
  const lines = ["Service", "Socket"].flatMap((section) =>
    [...keys].flatMap((key) => assignments(unit, section, key))
  );
  // Quadlet hands these to podman as they are.
  const extra = ["Container", "Pod", "Kube"].flatMap((section) => assignments(unit, section, "PodmanArgs"))
    .map((args) => `podman run ${args}`);
  return [...lines, ...extra].flatMap((line) =>
    execCommands(line).flatMap((argv) => grantsOfCommand(argv, line, unit))
  );
}

/** A line is shown as it is written: a secret in it has the form then in which it is known, and is hidden. */
function grantsOfCommand(argv: readonly string[], line: string, unit: UnitText): readonly string[] {
  const [program = ""] = argv;
  const written = line.replace(PREFIXES, "");
  if (!PODMAN.includes(program)) {
    return [`program ${isInterpreter(program) ? written : program} outside a container (${unit.name})`];
  }
  const command = readPodman(argv);
  if (command !== undefined) return podmanGrants(command, unit);
  const words = argv.slice(1).filter((word) => !word.startsWith("-")).join(" ");
  return OBSCURE.test(words) ? [`whatever ${written} asks for (${unit.name})`] : [];
}

/** `python3.11` is python. */
function isInterpreter(program: string): boolean {
  const name = program.slice(program.lastIndexOf("/") + 1);
  return INTERPRETERS.has(name) || INTERPRETERS.has(name.replace(/[0-9.-]+$/, ""));
}
