/** Where ppm itself lies, for units that are to run it. */
import { UserError } from "../errors.ts";
import { versionInfo } from "../version.ts";
import type { ReadSystem } from "./system.ts";

/**
 * Returns the absolute path by which this ppm can be started again. A compiled ppm is the program that runs; the self-extracting one is
 * not, and its head says in `PPM_SELF` where it was found; run from source it is the `ppm` in the path. Throws {@linkcode UserError} where
 * nothing stands there.
 */
export function ownExecutable(system: ReadSystem): string {
  const path = candidate(system);
  if (path?.startsWith("/") && system.lstat(path) !== undefined) return path;
  throw new UserError(`Cannot find the ppm that units are to run: ${state(path)}`, {
    hint: "Install ppm where every user finds it, for instance as /usr/local/bin/ppm, and run it from there",
  });
}

function candidate(system: ReadSystem): string | undefined {
  switch (versionInfo().built) {
    case "deno compile":
      return Deno.execPath();
    case "self-extracting":
      return Deno.env.get("PPM_SELF");
    default:
      return system.which("ppm");
  }
}

function state(path: string | undefined): string {
  if (path === undefined) return "there is none in the path";
  return path.startsWith("/") ? `nothing stands at ${path}` : `"${path}" is no absolute path`;
}
