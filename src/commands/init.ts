/** `ppm init`: a new definition, for its author to go on from. */
import { newDefinition, newNameFault, type UnitStyle } from "../definition/new_definition.ts";
import { reservedReason } from "../definition/reserved.ts";
import { type ExitName, UserError } from "../errors.ts";
import { quote } from "../host/command_line.ts";
import type { ReadSystem, System } from "../host/system.ts";
import { parents } from "../layout.ts";
import { findGenerator } from "../plan/verify.ts";
import { changingCommand, DRY_RUN_FLAG } from "./command.ts";

export const command = changingCommand({
  help: [
    "Writes a new definition into DIR, which must not exist yet, or be empty but for .git. The application is called what DIR is called. What is written has a comment at every key, runs as it is (a page from a container, which keeps something in data/), and is yours to change.",
    "With --quadlet, which is the default, podman's Quadlet makes the unit, which needs podman 4.4 or newer. With --unit it is a plain systemd unit, for every podman.",
    "Nothing else is touched: git, config.yml and setup are the next steps, which are printed.",
  ],
  examples: [
    { command: "ppm init blog", meaning: "a definition in blog/, to be looked at and changed" },
    { command: "ppm init --unit blog", meaning: "the same for Debian 12, whose podman has no Quadlet" },
    { command: "ppm init --dry-run blog", meaning: "which files that would be" },
  ],
  flags: {
    quadlet: { kind: "switch", brief: "Let Quadlet make the unit (default)" },
    unit: { kind: "switch", brief: "Write a plain systemd unit" },
    dryRun: DRY_RUN_FLAG,
  },
  positional: {
    placeholder: "DIR",
    brief: "Where the definition goes, named after the application",
    maximum: 1,
    complete: "directories",
  },
  asRoot: false,
  run({ system, output }, { quadlet, unit, dryRun }, typed): Promise<ExitName> {
    if (quadlet && unit) {
      throw usage("Cannot make two kinds of unit: --quadlet and --unit exclude each other");
    }
    if (!typed) throw usage("Cannot make a definition: no directory is named");
    const directory = resolve(typed, Deno.cwd());
    const name = directory.slice(directory.lastIndexOf("/") + 1);
    const present = requireNew(system, directory, name);
    const style: UnitStyle = unit ? "unit" : "quadlet";
    const files = newDefinition(name, style);
    if (!dryRun) write(system, directory, files);
    output.print(`${dryRun ? "Would make" : "Made"} the definition of ${name} in ${directory}:`);
    output.print(["", ...files.map(({ path }) => `  ${path}`)].join("\n"));
    if (!unit && !quadlet && system.which("podman") !== undefined && findGenerator(system) === undefined) {
      output.warn(
        "This machine's podman has no Quadlet (podman 4.4 brings it); with --unit, the definition runs here too",
      );
    }
    if (!dryRun) output.print(nextSteps({ directory, typed, name, hasGit: present.includes(".git") }));
    return Promise.resolve("done");
  },
});

function usage(message: string): UserError {
  return new UserError(message, { exit: "usage", hint: "See: ppm help init" });
}

/** Returns `path`, as it was typed in the directory `current`, as an absolute one without `.` and `..`. */
function resolve(path: string, current: string): string {
  const names: string[] = [];
  for (const name of (path.startsWith("/") ? path : `${current}/${path}`).split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `/${names.join("/")}`;
}

/** Returns what stands in `directory` already, which is nothing but git's own; throws {@linkcode UserError} where a definition cannot go there. */
function requireNew(system: ReadSystem, directory: string, name: string): readonly string[] {
  const fault = newNameFault(name);
  if (fault !== undefined) {
    throw new UserError(`Cannot make a definition in "${directory}": the application's name ${fault}`, {
      hint: "Name the directory what the application is to be called: ppm init blog",
    });
  }
  const reason = reservedHere(system, directory, name);
  if (reason !== undefined) {
    throw new UserError(`Cannot make a definition in "${directory}": ${reason}`, {
      hint: "Name another directory",
    });
  }
  const stat = system.lstat(directory);
  if (stat === undefined) return [];
  const names = stat.kind === "directory" ? system.readDirectory(directory) ?? [] : undefined;
  if (names?.every((each) => each === ".git")) return names;
  const state = names === undefined ? "it is no directory" : "it is not empty";
  throw new UserError(`Cannot make a definition in "${directory}": ${state}`, {
    hint: "Name a directory that does not exist yet",
  });
}

/** What no definition may write to in this home directory is no place for one either: a `data/` that stands is never restored, for one. */
function reservedHere({ user }: ReadSystem, directory: string, mainunit: string): string | undefined {
  const home = `${user.home}/`;
  return directory.startsWith(home) ? reservedReason(directory.slice(home.length), { mainunit }) : undefined;
}

/** Writes the directories from the top down and the files by name: whoever is interrupted sees what is missing. */
function write(system: System, directory: string, files: ReturnType<typeof newDefinition>): void {
  const wanted = files.flatMap(({ path }) => parents(`${directory}/${path}`.slice(1)));
  for (const each of new Set(wanted)) {
    if (system.lstat(`/${each}`) === undefined) system.makeDirectory(`/${each}`, 0o755);
  }
  for (const { path, text } of files) system.writeFile(`${directory}/${path}`, text, 0o644);
}

interface NewPlace {
  readonly directory: string;
  /** The directory as it was typed. */
  readonly typed: string;
  readonly name: string;
  readonly hasGit: boolean;
}

function nextSteps({ directory, typed, name, hasGit }: NewPlace): string {
  const begin = hasGit ? "" : "git init -q -b main && ";
  return `
Next, change it, look for faults, and make a commit, which is what ppm sets up:

  cd ${quote(typed)}
  ppm lint .
  ${begin}git add . && git commit -qm "Begin ${name}"

For the user that is to run it, config.yml then says where it is, and where
its backups go:

  definition:
    repository: ${directory}
  backup:
    repository: /srv/restic/${name}
    passwordfile: .restic-password

and the first start is:

  ppm setup --fresh
  ppm start
`.trimEnd();
}
