/** Which unit names an appinfo.yml may use: those that are certain to be the application's own. */

/** What systemd.unit(5) allows before the suffix, less what has a meaning of its own there. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9:_.-]*$/;

/** Targets that every user manager has (systemd.special(7), "Units managed by the user service manager"). */
const SYSTEMD_TARGETS: ReadonlySet<string> = new Set(
  ("app background basic bluetooth default exit graphical-session graphical-session-pre paths printer session shutdown smartcard sockets " +
    "sound timers xdg-desktop-autostart").split(" "),
);

/** Returns what keeps `name` from naming the application's target: `must …`, or undefined. */
export function mainUnitFault(name: string): string | undefined {
  if (/\.(?:target|service)$/.test(name)) return "must be without a suffix: ppm adds .target";
  if (name.length > 200) return "must have at most 200 characters";
  if (!NAME.test(name)) return "must be letters, digits, dots, dashes, colons and underscores";
  if (SYSTEMD_TARGETS.has(name)) return `must be another name: systemd itself has a ${name}.target`;
  return reserved(name);
}

/** Returns what keeps `unit` from being enabled for the application: `must …`, or undefined. */
export function enabledUnitFault(unit: string): string | undefined {
  if (/.\.(?:container|pod|kube|volume|network|image|build)$/.test(unit)) {
    return "must be the unit that Quadlet makes of the file, for a .container file NAME.service";
  }
  if (unit.endsWith(".target")) return "must not be a target: ppm makes the only one";
  const parts = /^([^@]*)(?:@([^@]*))?\.(?:service|socket|timer|path)$/.exec(unit);
  if (parts === null) return "must end in .service, .socket, .timer or .path";
  if (unit.length > 255) return "must have at most 255 characters";
  if (!NAME.test(parts[1] ?? "")) {
    return "must be letters, digits, dots, dashes, colons and underscores before the suffix";
  }
  if (parts[2] !== undefined && !NAME.test(parts[2])) return "must name an instance between @ and the suffix";
  return reserved(unit);
}

function reserved(name: string): string | undefined {
  return name.startsWith("ppm-") ? "must not begin with ppm-: those are ppm's own units" : undefined;
}
