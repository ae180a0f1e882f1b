/** Which ppm this is. Answered before anything else is loaded: it is the first thing people type, and scripts ask it often. */
import info from "./build_info.json" with { type: "json" };

/** What `ppm version --json` prints. */
export interface VersionInfo {
  readonly version: string;
  /** The commit of ppm's own source. */
  readonly commit: string;
  /** How this executable was made. */
  readonly built: string;
  /** The version of Deno that it runs on. */
  readonly deno: string;
}

/** Returns which ppm this is. */
export function versionInfo(): VersionInfo {
  return { ...info, deno: Deno.version.deno };
}

/** Returns the text for `ppm version` and `ppm --version`, or undefined where the arguments ask for anything else or more. */
export function versionAnswer(args: readonly string[]): string | undefined {
  const [verb, format] = args;
  if (args.length > 2 || (verb !== "version" && verb !== "--version")) return undefined;
  if (format === "--json") return `${JSON.stringify(versionInfo(), null, 2)}\n`;
  return format === undefined ? versionText() : undefined;
}

/** Returns what `ppm version` prints. */
export function versionText(): string {
  const { version, commit, built, deno } = versionInfo();
  return `ppm ${version} (commit ${commit}; ${built}; deno ${deno})\n`;
}
