/** Whether a user has subordinate ids: the users inside of a rootless container are users of these ranges outside. */
import { quote } from "../host/command_line.ts";
import type { ReadSystem } from "../host/system.ts";
import { type Finding, findingsOf, notLookedAt, type RootStep } from "./finding.ts";
import { countIds, ENOUGH_IDS, freeRange, overlapping, parseIdRanges, rangesOf } from "./id_ranges.ts";

/** The files, and how usermod(8) calls what is in them. */
const FILES = [
  { path: "/etc/subuid", option: "subuids" },
  { path: "/etc/subgid", option: "subgids" },
] as const;

const WHY = "Rootless containers have no users but root without them.";

/** Looks at the ranges of one user; `needed`: whether its application runs containers, undefined where nobody knows. */
export function examineSubordinateIds(
  system: ReadSystem,
  user: { readonly name: string; readonly uid: number },
  needed: boolean | undefined,
): readonly Finding[] {
  if (needed === false) return [];
  const { good, wrong, note } = findingsOf("subordinate-ids");
  const elsewhere = /^subid:\s*(?!files\b)(\S+)/m.exec(read(system, "/etc/nsswitch.conf"))?.[1];
  if (elsewhere !== undefined) {
    return [notLookedAt("subordinate-ids", `/etc/nsswitch.conf has them come from "${elsewhere}"`)];
  }
  const files = FILES.map(({ path, option }) => {
    const all = parseIdRanges(read(system, path));
    return { path, option, all, own: rangesOf(all, user) };
  });
  const few = files.filter(({ own }) => countIds(own) < ENOUGH_IDS);
  if (few.length > 0) {
    const taken = few.flatMap(({ all }) => all);
    const known = files.filter((file) => !few.includes(file)).flatMap(({ own }) => own);
    const first = freeRange(taken, known);
    return [(needed ? wrong : note)(`${user.name} has too few subordinate ids in ${names(few)}`, {
      why: needed ? WHY : `If the application runs containers: ${WHY}`,
      rootSteps: few.map((file) => addition(user.name, file, first)),
      // podman keeps the old ids until then, and its containers end with that.
      mend: needed ? ["ppm stop", "podman system migrate", "ppm start"] : ["podman system migrate"],
    })];
  }
  for (const { path, own, all } of files) {
    const other = overlapping(own, all);
    if (other === undefined) continue;
    return [wrong(`${user.name} and ${other.owner} have subordinate ids in common in ${path}`, {
      why: "The containers of one can read and change the files of the other's.",
      advice:
        `Give the one whose containers hold no files yet another range: usermod --del-subuids and --add-subuids, --del-subgids and --add-subgids. Files that containers own keep their old numbers; a backup before and a restore after give them the new ones.`,
    })];
  }
  return [good(`${user.name} has ${countIds(files[0]!.own)} subordinate ids`)];
}

function names(files: readonly { readonly path: string }[]): string {
  return files.map(({ path }) => path).join(" and ");
}

/** Does nothing where the range is there already: usermod would add it once more. */
function addition(
  name: string,
  { path, option }: { readonly path: string; readonly option: string },
  first: number,
): RootStep {
  const range = `${first}-${first + ENOUGH_IDS - 1}`;
  const user = quote(name);
  return {
    command: `grep -qx ${
      quote(`${name}:${first}:${ENOUGH_IDS}`)
    } ${path} || usermod --add-${option} ${range} ${user}`,
    reason: `the users inside of the containers of ${user} are users of this range; nobody else has it`,
    undo: `usermod --del-${option} ${range} ${user}`,
  };
}

function read(system: ReadSystem, path: string): string {
  return new TextDecoder().decode(system.readFile(path));
}
