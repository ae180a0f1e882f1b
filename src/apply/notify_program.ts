/** Whether the program that is to tell people of failures is there: systemd, which looks for every other one, sees it only when it is needed. */
import type { Config } from "../config/config.ts";
import { addFault } from "../config/place.ts";
import { Problems } from "../config/problems.ts";
import type { RenderedFile } from "../definition/definition.ts";
import type { ReadSystem } from "../host/system.ts";

/** As many as the kernel follows (path_resolution(7)). */
const MAX_LINKS = 40;

/** Throws {@linkcode InvalidError} unless `notify.command` names a program that can be run, or one of `files` will be it. */
export function requireNotifyProgram(
  system: ReadSystem,
  { document, notify }: Config,
  files: readonly RenderedFile[],
): void {
  const program = notify?.command?.[0];
  if (program === undefined) return;
  const isPlanned = files.some(({ path, mode }) =>
    `${system.user.home}/${path}` === program && (mode & 0o100) !== 0
  );
  const state = isPlanned ? undefined : fault(system, program);
  if (state === undefined) return;
  const problems = new Problems();
  addFault(problems, { document, path: ["notify", "command", 0] }, `must be a program: ${state}`);
  problems.throwIfAny();
}

function fault(system: ReadSystem, program: string, links = 0): string | undefined {
  const stat = system.lstat(program);
  if (stat === undefined) return `nothing stands at ${program}`;
  if (stat.kind === "link" && links < MAX_LINKS) {
    const target = system.readLink(program) ?? "";
    const directory = program.slice(0, program.lastIndexOf("/"));
    return fault(system, target.startsWith("/") ? target : `${directory}/${target}`, links + 1);
  }
  return stat.kind === "file" && (stat.mode & 0o111) !== 0 ? undefined : `${program} cannot be executed`;
}
