/** A machine on which generations are made and brought back. */
import { digestOfSeen } from "../../src/neighbours/published_times.ts";
import { apply } from "../../src/apply/apply.ts";
import { prepareGeneration } from "../../src/apply/from_generation.ts";
import type { GenerationRecord } from "../../src/apply/generation_record.ts";
import { lastGeneration } from "../../src/apply/generations.ts";
import { observeAll } from "../../src/apply/observe_all.ts";
import type { Action } from "../../src/plan/actions.ts";
import { type DesiredFile, makePlan } from "../../src/plan/plan.ts";
import { readManifest } from "../../src/plan/read_manifest.ts";
import { manifestOf, planInput } from "../plan/plan_fixture.ts";
import { FakeSystem } from "../support/fake_system.ts";

/** Root has prepared it; systemctl knows what is enabled, and systemd finds no fault. */
export class Machine extends FakeSystem {
  /** The units that are. */
  readonly enabled = new Set<string>();

  constructor() {
    super();
    this.program("systemd-analyze", () => ({})).program("systemctl", (args) => {
      const units = args.slice(args.indexOf("--") + 1);
      if (args.includes("enable")) units.forEach((unit) => this.enabled.add(unit));
      if (args.includes("disable")) units.forEach((unit) => this.enabled.delete(unit));
      return { stdout: args.includes("show") ? units.map((unit) => this.#show(unit)).join("\n") : "" };
    });
    this.makeDirectory("/home/app/.ppm", 0o700);
    this.addFile("/var/lib/ppm/state/app/x", "");
    this.owners.set("/var/lib/ppm/state", 0);
  }

  #show(unit: string): string {
    const state = this.enabled.has(unit) ? "enabled" : "disabled";
    return `Id=${unit}\nLoadState=loaded\nActiveState=inactive\nUnitFileState=${state}\n`;
  }

  /** What stands in the home directory outside `.ppm/`, and the state file. */
  get standing(): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.files).filter(([path]) =>
        (path.startsWith("/home/app/") && !path.startsWith("/home/app/.ppm/")) || path.startsWith("/var/lib/")
      ),
    );
  }
}

/** What is called before each action; what it throws ends the run there. */
type OnAction = (action: Action) => void;

/** Makes a generation of `files`, as a setup with the definition at `commit` does. */
export async function setUp(
  system: FakeSystem,
  files: readonly DesiredFile[],
  { commit = "c", record, onAction = () => {} }: {
    readonly commit?: string;
    readonly record?: Partial<GenerationRecord>;
    readonly onAction?: OnAction;
  } = {},
): Promise<void> {
  const manifest = readManifest(system);
  const input = planInput({ files });
  const desired = {
    ...input.desired,
    source: { ...input.desired.source, commit },
    state: {
      ...input.desired.state,
      content: new TextEncoder().encode(`commit: ${commit}\n`),
      told: await digestOfSeen(`commit: ${commit}\n`),
    },
  };
  const observed = await observeAll(system, desired, files, manifest);
  const inputs = `inputs of ${commit}`;
  const plan = makePlan({
    ...input,
    desired,
    observed,
    inputs,
    lastGeneration: lastGeneration(system),
    ...(manifest === undefined ? {} : { manifest }),
  });
  const { config } = manifestOf([]);
  await apply(
    system,
    {
      desired,
      files,
      plan,
      inputs,
      neighbours: `neighbours of ${commit}`,
      config,
      previous: manifest,
      nowMs: system.nowMs,
      ...(record ? { record } : {}),
    },
    onAction,
  );
}

/** Brings a generation back; returns the kinds of what was done. */
export async function goBackTo(
  system: FakeSystem,
  number: number,
  onAction: OnAction = () => {},
): Promise<readonly string[]> {
  const prepared = await prepareGeneration(system, number);
  const previous = readManifest(system);
  await apply(system, { ...prepared, previous, nowMs: system.nowMs }, onAction);
  return prepared.plan.actions.map((action) => action.kind);
}
