/** A unit of ppm's own before it is a file, and what all of them are made of. */
import type { NotifyConfig } from "../config/config.ts";
import { execLine } from "./exec_line.ts";

/** What the units that ppm runs beside an application are made of. */
export interface UnitInput {
  /** The application's name and its instance, both without characters that systemd takes for something else. */
  readonly name: string;
  readonly instance: string;
  readonly notify: NotifyConfig | undefined;
  /** The absolute path of ppm, and the options that every run of it gets. */
  readonly ppm: { readonly executable: string; readonly options: readonly string[] };
}

/** A unit, before it is a file. */
export interface UnitDraft {
  readonly name: string;
  readonly template: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Whether `setup` enables it, and whether it starts it too. */
  readonly role: "on-demand" | "enabled" | "started";
  /** What of config.yml it was made from, where it is not ppm alone that decides. May hold a secret then. */
  readonly from?: string;
}

/** Returns the draft of `unit`, which is told of where it fails, unless `more` says otherwise. */
export function draftUnit(
  { name, instance, notify, ppm }: UnitInput,
  unit: string,
  template: string,
  more: Partial<UnitDraft> = {},
): UnitDraft {
  const run = (...args: readonly string[]) => execLine([ppm.executable, ...args, ...ppm.options]);
  const values = { name, instance, ppm: run, onFailure: tellers(notify).join(" ") };
  return { name: unit, template, role: "on-demand", ...more, values: { ...values, ...more.values } };
}

/** Returns the units that tell somebody of a failure: none where config.yml does not say whom. */
export function tellers(notify: NotifyConfig | undefined): readonly string[] {
  return notify?.command === undefined ? [] : ["ppm-notify@%N.service"];
}
