/** Decides where each file of a definition's `templates/` goes. Symbolic links on the server are looked at elsewhere: this is pure. */
import type { Problem } from "../errors.ts";
import { parents } from "../layout.ts";
import type { SourceFile } from "./definition.ts";
import { reservedReason, type ReserveOptions } from "./reserved.ts";
import { nameProblem, printableName } from "./screen_names.ts";

/** Where a file goes, and how. */
export interface Destination {
  /** Relative to the home directory, with slashes, normalised. */
  readonly path: string;
  readonly source: SourceFile;
  /** Whether it is a template; else it is copied bit for bit. */
  readonly rendered: boolean;
}

/** What {@linkcode mapDestinations} found. */
export interface Destinations {
  /** In the order of the sources, without those that have a problem. */
  readonly destinations: readonly Destination[];
  readonly problems: readonly Problem[];
}

const SUFFIX = ".eta";

/** NAME_MAX of Linux, less what ppm itself adds to names: `.NAME.ppm-new` while it writes, `NAME.0123abcd` where it keeps a copy. */
const MAX_NAME_BYTES = 255 - ".".length - ".ppm-new".length - ".0123abcd".length;

/** Maps the files below `templates/` to the home directory, and finds everything that may not be there or collides. */
export function mapDestinations(sources: readonly SourceFile[], options: ReserveOptions): Destinations {
  const taken = new Map<string, Destination>();
  const problems: Problem[] = [];
  for (const source of sources) {
    const destination = toDestination(source);
    const twin = taken.get(destination.path);
    const reason = refusal(destination.path, options) ??
      (twin && `templates/${twin.source.path} goes to the same place, ~/${destination.path}`);
    if (reason === undefined) taken.set(destination.path, destination);
    else problems.push(toProblem(source, reason));
  }
  const destinations: Destination[] = [];
  for (const destination of taken.values()) {
    const above = parents(destination.path).find((directory) => taken.has(directory));
    if (above === undefined) destinations.push(destination);
    else {problems.push(
        toProblem(
          destination.source,
          `templates/${taken.get(above)!.source.path} makes ~/${above} a file, so nothing can stand below it`,
        ),
      );}
  }
  return { destinations, problems };
}

function toDestination(source: SourceFile): Destination {
  const rendered = source.path.endsWith(SUFFIX);
  return { path: rendered ? source.path.slice(0, -SUFFIX.length) : source.path, source, rendered };
}

function refusal(path: string, options: ReserveOptions): string | undefined {
  if (path === "" || path.endsWith("/")) return "it has no name once .eta is taken away";
  const problem = nameProblem({ path, legible: path.isWellFormed() });
  if (problem !== undefined) return `it ${problem}`;
  if (new TextEncoder().encode(path.slice(path.lastIndexOf("/") + 1)).length > MAX_NAME_BYTES) {
    return `it has a name of more than ${MAX_NAME_BYTES} bytes`;
  }
  const reason = reservedReason(path, options);
  return reason && `nothing of a definition may stand at ~/${path}: ${reason}`;
}

function toProblem(source: SourceFile, reason: string): Problem {
  return { file: `templates/${printableName(source.path)}`, message: `Cannot place this file: ${reason}` };
}
