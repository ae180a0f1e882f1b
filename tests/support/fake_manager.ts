/** systemd's user manager, as far as starting and stopping the units of an application goes. */
import type { ReadSystem } from "../../src/host/system.ts";
import { shown } from "./manifest.ts";

/** A systemd that believes unit files. What starts while .ppm/hold stands does not, as its drop-in says; what says `broken` fails. */
export class FakeManager {
  /** The units that run. */
  readonly active = new Set<string>();
  readonly #failed = new Set<string>();
  readonly #enabled = new Set<string>();
  readonly #system: ReadSystem;

  constructor(system: ReadSystem) {
    this.#system = system;
  }

  readonly run = (args: readonly string[]): { readonly stdout?: string } => {
    const names = args.slice(args.indexOf("--") + 1).flatMap((name) => this.#members(name));
    for (const name of names) {
      if (args.includes("stop") || args.includes("restart")) this.active.delete(name);
      if (args.includes("start") || args.includes("restart")) this.#start(name);
      if (args.includes("enable")) this.#enabled.add(name);
      if (args.includes("disable")) this.#enabled.delete(name);
    }
    return args.includes("show") ? { stdout: shown(this.#show(names)) } : {};
  };

  #members(name: string): readonly string[] {
    return name.endsWith(".target") ? [name, "web.service", "db.service"] : [name];
  }

  #start(name: string): void {
    if (this.#system.lstat(`${this.#system.user.home}/.ppm/hold`) !== undefined) return;
    const file = this.#system.readFile(`${this.#system.user.home}/.config/systemd/user/${name}`);
    const isBroken = new TextDecoder().decode(file).includes("broken");
    (isBroken ? this.#failed : this.active).add(name);
    (isBroken ? this.active : this.#failed).delete(name);
  }

  #show(names: readonly string[]): Record<string, Record<string, string>> {
    return Object.fromEntries(names.map((name) => {
      const UnitFileState = this.#enabled.has(name) ? "enabled" : "disabled";
      if (this.#failed.has(name)) {
        return [name, { UnitFileState, ActiveState: "failed", SubState: "failed", Result: "exit-code" }];
      }
      if (this.active.has(name)) return [name, { UnitFileState }];
      return [name, { UnitFileState, ActiveState: "inactive", SubState: "dead" }];
    }));
  }
}
