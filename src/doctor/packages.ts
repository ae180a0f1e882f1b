/** How root gets a program: the package manager of this machine, and what it calls the packages. */
import type { ReadSystem } from "../host/system.ts";
import type { FindingDetails } from "./finding.ts";

/** What ppm needs packages for, by Debian's names. */
export type Package =
  | "git"
  | "restic"
  | "podman"
  | "systemd"
  | "uidmap"
  | "slirp4netns"
  | "passt"
  | "dbus-user-session";

export interface PackageManager {
  readonly program: string;
  readonly install: string;
  readonly remove: string;
  /** Names other than Debian's. */
  readonly names: Partial<Record<Package, string>>;
}

/** One for each of the files in ansible/roles/server/vars. */
export const MANAGERS: readonly PackageManager[] = [
  { program: "apt-get", install: "apt-get install -y", remove: "apt-get purge", names: {} },
  {
    program: "dnf",
    install: "dnf install -y",
    remove: "dnf remove",
    names: { uidmap: "shadow-utils", "dbus-user-session": "dbus-daemon" },
  },
  {
    program: "pacman",
    install: "pacman -S --noconfirm --needed",
    remove: "pacman -R",
    names: { uidmap: "shadow", "dbus-user-session": "dbus" },
  },
  {
    program: "zypper",
    install: "zypper --non-interactive install",
    remove: "zypper remove",
    names: { uidmap: "shadow", "dbus-user-session": "dbus-1" },
  },
];

/** Returns what mends that the package `wanted` is not there; `reason` says what it is for. */
export function installation(system: ReadSystem, wanted: Package, reason: string): FindingDetails {
  const manager = MANAGERS.find(({ program }) => system.which(program) !== undefined);
  if (manager === undefined) {
    return { advice: `Install ${wanted}, by whatever name this distribution has it` };
  }
  const name = nameOf(manager, wanted);
  return {
    rootSteps: [{ command: `${manager.install} ${name}`, reason, undo: `${manager.remove} ${name}` }],
  };
}

/** Returns what a distribution calls a package. */
export function nameOf({ names }: PackageManager, wanted: Package): string {
  return names[wanted] ?? wanted;
}
