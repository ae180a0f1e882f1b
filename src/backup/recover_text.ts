/**
 * `.ppm/RECOVER.md`: how to bring the application back without ppm. Its blocks are commands to be typed as they stand, in their order; a test does
 * that.
 */
import { Eta } from "eta/core";
import recoverTemplate from "../../templates/RECOVER.md.eta" with { type: "text" };
import type { BackupConfig } from "../config/config.ts";
import { quote } from "../host/command_line.ts";
import { formatMode } from "../host/file_error.ts";
import type { User } from "../host/system.ts";
import { GENERATIONS_DIRECTORY } from "../layout.ts";
import type { Manifest } from "../plan/manifest.ts";
import { targetOf } from "../plan/units.ts";
import { withoutCredentials } from "../ui/redaction.ts";
import { versionInfo } from "../version.ts";

/** What the text says besides what stands in the manifest. */
export interface RecoverTextOptions {
  readonly user: User;
  readonly hostname: string;
  readonly backup: BackupConfig;
  /** Whether snapshots are made inside `podman unshare`. */
  readonly unshare: boolean;
}

const eta = new Eta({ autoEscape: false, autoTrim: false });

/** Returns the text of RECOVER.md. Pure; credentials of the repository are left out. */
export function recoverText(
  manifest: Manifest,
  { user, hostname, backup, unshare }: RecoverTextOptions,
): string {
  const containers = unshare || manifest.units.some((unit) => unit.containers);
  const repository = withoutCredentials(backup.repository);
  const target = targetOf(manifest.app);
  return eta.renderString(recoverTemplate, {
    q: quote,
    ppm: versionInfo().version,
    app: manifest.app.name,
    instance: manifest.instance,
    host: hostname,
    user: user.name,
    repository,
    credentials: repository !== backup.repository,
    passwordFile: belowHome(backup.passwordfile, user),
    passwordWord: belowHome(backup.passwordfile, user).startsWith("~/")
      ? `"$HOME"/${quote(belowHome(backup.passwordfile, user).slice(2))}`
      : quote(backup.passwordfile),
    environment: Object.keys(backup.environment),
    tags: `ppm,ppm-app=${encodeURIComponent(manifest.app.name)},ppm-good`,
    packages: ["restic", ...containers ? ["podman", "uidmap", "slirp4netns"] : []],
    containers,
    unshare: unshare ? "podman unshare " : "",
    generation: manifest.generation,
    files: `${GENERATIONS_DIRECTORY}/${manifest.generation}/files`,
    rendered: Object.entries(manifest.files)
      .filter(([path]) => !isPpmUnit(path))
      .map(([path, file]) => ({ path, mode: formatMode(file.mode) })),
    enable: [
      target,
      ...manifest.units.filter((unit) => unit.enabled && unit.from === "file").map((unit) => unit.name),
    ]
      .filter((name) => !name.startsWith(PPM_UNITS)).map(quote),
    target: quote(target),
    units: manifest.units.map((unit) => unit.name).filter((name) => !name.startsWith(PPM_UNITS)).map(quote),
    definition: manifest.source.repository,
    directory: manifest.source.directory,
    commit: manifest.source.commit,
  });
}

/** How the names of ppm's own units begin: they would run a ppm that is not there. */
const PPM_UNITS = "ppm-";

function isPpmUnit(path: string): boolean {
  return /(^|\/)systemd\/user\/ppm-[^/]+(\/|$)/.test(path);
}

function belowHome(path: string, { home }: User): string {
  return path.startsWith(`${home}/`) ? `~/${path.slice(home.length + 1)}` : path;
}
