/** What this machine knows that can stand on a command line. Each source is loaded when it is asked. */
import type { ReadSystem } from "../host/system.ts";
import type { Output } from "../ui/output.ts";
import type { Candidate, SourceName } from "./source.ts";

/** What a source works with. */
export interface SourceContext {
  readonly system: ReadSystem;
  readonly output: Output;
  readonly nowMs: number;
}

/** Those that are looked up on this machine. */
export type MachineSource = Exclude<SourceName, "verbs" | "files" | "directories">;

type Source = (context: SourceContext) => readonly Candidate[] | Promise<readonly Candidate[]>;

const SOURCES: Readonly<Record<MachineSource, () => Promise<{ readonly source: Source }>>> = {
  generations: () => import("./generations.ts"),
  kept: () => import("./kept.ts"),
  snapshots: () => import("./snapshots.ts"),
  units: () => import("./units.ts"),
};

/** Returns the candidates of a source; throws whatever keeps it from knowing. */
export async function lookUp(name: MachineSource, context: SourceContext): Promise<readonly Candidate[]> {
  return await (await SOURCES[name]()).source(context);
}
