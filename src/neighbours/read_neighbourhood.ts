/** Reads the state directory: what the applications on this server say, of whom none is trusted. */
import { UserError } from "../errors.ts";
import { MAX_NEIGHBOURHOOD_BYTES, MAX_STATE_BYTES } from "../definition/state_limits.ts";
import { mountPointsBelow } from "../host/mounts.ts";
import type { ReadSystem } from "../host/system.ts";
import { isUserName } from "../host/user_ids.ts";
import { oneLine } from "../ui/text.ts";
import type { Application, LeftOut, Neighbourhood } from "./neighbour.ts";
import { readState, StateFault } from "./read_state.ts";
import { Shares } from "./shares.ts";
import { directoryFault, STATE_FILE } from "./state_directory.ts";

const CROWDS = `is the largest of all, which have more than ${MAX_NEIGHBOURHOOD_BYTES} bytes together`;

/** How many files are open at a time. */
const AT_ONCE = 128;

/**
 * Returns what `statedirectory` says. What a user can have got wrong, or meant ill, is left out and named, and so is the largest
 * of all where they say too much together; a user who has published nothing yet is not there. Throws {@linkcode UserError} where the directory is not
 * as root prepares it, and where something cannot be read that nobody but the machine is to blame for: what cannot be read is not nothing.
 */
export async function readNeighbourhood(system: ReadSystem, statedirectory: string): Promise<Neighbourhood> {
  const directory = statedirectory.replace(/(?<=.)\/+$/, ""); // behind a slash, lstat(2) follows a link
  const names = entriesOf(system, directory);
  const [mounts, uids] = await Promise.all([
    mountPointsBelow(system, directory),
    system.userIds(names.filter(isUserName)),
  ]);
  // A file system of their own can hang whoever looks: nothing below a mount point is touched.
  const mounted = new Set(mounts.map((mount) => mount.split("/", 1)[0]));
  const shares = new Shares<Application>(MAX_NEIGHBOURHOOD_BYTES);
  const refused: (Refusal & { readonly user: string })[] = [];
  for (const some of inBatches(names, AT_ONCE)) {
    const read = await Promise.all(
      some.map(async (name) =>
        mounted.has(name)
          ? { path: `${directory}/${name}`, why: "holds a file system of its own" }
          : await readEntry(system, `${directory}/${name}`, { name, owner: uids.get(name), shares })
      ),
    );
    // One after the other: what is understood takes far more room than its text, and is let go again where it does not fit.
    for (const [at, text] of read.entries()) {
      if (text === undefined) continue;
      const found = "why" in text ? text : understand(text, some[at]!, shares);
      if ("why" in found) refused.push({ user: some[at]!, ...found });
      else {
        for (const { user } of shares.add(found.application, found.bytes)) {
          refused.push({ user, path: `${directory}/${user}/${STATE_FILE}`, why: CROWDS });
        }
      }
    }
  }
  const leftOut = refused.toSorted((a, b) => a.user < b.user ? -1 : 1).map((
    { user, path, why },
  ): LeftOut => ({
    user: oneLine(user, 64),
    message: oneLine(`${path} is left out: it ${why}`),
  }));
  return { applications: shares.kept, leftOut };
}

function* inBatches<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/** Returns the names in the state directory, sorted. Throws unless only root can put any there. */
function entriesOf(system: ReadSystem, directory: string): readonly string[] {
  const stat = system.lstat(directory);
  const fault = stat === undefined ? "does not exist" : directoryFault(stat, { owner: 0, who: "root" });
  if (fault !== undefined) {
    throw new UserError(`Cannot read the state directory: ${directory} ${fault}`, {
      hint: `As root: install -d -o root -g root -m 755 ${directory}`,
    });
  }
  return system.readDirectory(directory) ?? [];
}

/** What a state file says, unread yet. */
interface Text {
  readonly path: string;
  readonly content: Uint8Array;
}

/** A state file that counts. */
interface Taken {
  readonly bytes: number;
  readonly application: Application;
}

/** Why something in the state directory does not count; `why` is a predicate. */
interface Refusal {
  readonly path: string;
  readonly why: string;
}

async function readEntry(
  system: ReadSystem,
  entry: string,
  { name, owner, shares }: {
    readonly name: string;
    readonly owner: number | undefined;
    readonly shares: Shares<Application>;
  },
): Promise<Text | Refusal | undefined> {
  if (!isUserName(name)) return { path: entry, why: "is not named after a user" };
  if (owner === undefined) {
    return { path: entry, why: `is named after a user that this machine does not know` };
  }
  const stat = system.lstat(entry);
  if (stat === undefined) return undefined; // root has removed it just now
  // Root is to see no more than everybody: whoever hides something from the others has published nothing.
  const fault = directoryFault(stat, { owner, who: name }) ??
    ((stat.mode & 0o001) === 0 ? "cannot be entered by others" : undefined);
  if (fault !== undefined) return { path: entry, why: fault };
  const path = `${entry}/${STATE_FILE}`;
  // A thousand that do not fit are not read one after the other. What changes after this look is measured again when it has been read.
  if (shares.left < MAX_STATE_BYTES && !shares.fits(system.lstat(path)?.size ?? 0)) {
    return { path, why: CROWDS };
  }
  const file = await system.readForeign(path, { owner, maxBytes: MAX_STATE_BYTES });
  if (file.kind === "absent") return undefined;
  if (file.kind === "refused") return { path, why: file.why };
  return { path, content: file.content };
}

/** Returns what a state file says, unless that is wrong, or more than fits. */
function understand({ path, content }: Text, user: string, shares: Shares<Application>): Taken | Refusal {
  if (!shares.fits(content.length)) return { path, why: CROWDS };
  try {
    return { bytes: content.length, application: readState(content, user) };
  } catch (error) {
    if (error instanceof StateFault) return { path, why: error.message };
    throw error;
  }
}
