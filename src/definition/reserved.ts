/**
 * Where a definition may not write, although it may write nearly everywhere in the home directory.
 *
 * A definition's units run as this user anyway, so this is no wall against it. It keeps three things apart from it: what ppm and the
 * administrator own, how people log in, and the programs that ppm itself runs (git, ssh) before anything of a new revision is trusted.
 */
import { CONFIG_FILE, DATA_DIRECTORY, PPM_DIRECTORY } from "../layout.ts";

/** Paths, with everything below them, and whose they are. */
const RESERVED: readonly (readonly [string, readonly string[]])[] = [
  ["it is the administrator's", [CONFIG_FILE]],
  ["it is the application's, and backed up", [DATA_DIRECTORY]],
  ["it is ppm's own", [PPM_DIRECTORY, ".cache/ppm"]],
  [
    "it decides who may log in",
    [".ssh", ".rhosts", ".shosts", ".k5login", ".k5users", ".google_authenticator", ".config/Yubico"],
  ],
  ["it runs when somebody logs in", [
    ...[
      ".profile",
      ".login",
      ".logout",
      ".bashrc",
      ".bash_profile",
      ".bash_login",
      ".bash_logout",
      ".bash_aliases",
    ],
    ...[
      ".zshenv",
      ".zprofile",
      ".zshrc",
      ".zlogin",
      ".zlogout",
      ".cshrc",
      ".tcshrc",
      ".kshrc",
      ".mkshrc",
      ".config/fish",
    ],
    ...[
      ".inputrc",
      ".pam_environment",
      ".xprofile",
      ".xsession",
      ".xsessionrc",
      ".xinitrc",
      ".config/autostart",
    ],
    ...[".config/environment.d", ".config/plasma-workspace", ".forward", ".procmailrc"],
  ]],
  ["git, which ppm runs, reads it", [
    ".gitconfig",
    ".git-credentials",
    ".config/git",
    ".git",
    ".netrc",
    ".gnupg",
  ]],
];

/** Where systemd looks for a user's units; drop-ins count from each of them. */
const UNIT_DIRECTORY =
  /^(?:\.config\/systemd\/user(?:\.control|\.attached)?|\.local\/share\/systemd\/user)\/(.+)$/;

/** Directories that ppm needs; nothing else may stand there. */
const NEEDED = [".config", ".config/systemd", ".config/systemd/user", ".cache"];

/** What else is reserved. */
export interface ReserveOptions {
  readonly mainunit: string;
  /** Further paths, relative to the home directory: the file with the password of the backup. */
  readonly reserved?: readonly string[];
}

/** Says why nothing of a definition may stand at `path`, relative to the home directory; undefined if it may. */
export function reservedReason(path: string, options: ReserveOptions): string | undefined {
  for (const [reason, paths] of RESERVED) {
    if (paths.some((reserved) => isAtOrBelow(path, reserved))) return reason;
  }
  if ((options.reserved ?? []).some((reserved) => isAtOrBelow(path, reserved))) return "config.yml names it";
  if (path.startsWith(`${DATA_DIRECTORY}.`)) return "ppm keeps data aside under such names";
  if (/(^|\/)\.[^/]*\.ppm-new(\/|$)/.test(path)) {
    return "ppm writes files under such names before they are whole";
  }
  if (NEEDED.includes(path)) return "it must be a directory";
  return unitReason(path, options.mainunit);
}

function unitReason(path: string, mainunit: string): string | undefined {
  if (/^\.config\/containers\/systemd\/(?:.+\/)?ppm-[^/]*$/.test(path)) {
    return "units named ppm-… are ppm's own";
  }
  const inDirectory = UNIT_DIRECTORY.exec(path)?.[1];
  if (inDirectory === undefined) return undefined;
  const [unit, ...below] = inDirectory.split("/");
  if (isOwn(unit!.replace(/\.(?:d|wants|requires|upholds)$/, ""), mainunit)) return "that unit is ppm's own";
  if (unit!.endsWith(".d") && below[0] === "ppm.conf") return "that drop-in is ppm's own";
  return undefined;
}

function isOwn(unit: string, mainunit: string): boolean {
  return unit === `${mainunit}.target` || /^ppm-.*\.(?:service|timer|path)$/.test(unit);
}

function isAtOrBelow(path: string, reserved: string): boolean {
  return path === reserved || path.startsWith(`${reserved}/`);
}
