/** What of a state file is published, and whether neighbours are told. */
import { deepStrictEqual } from "node:assert/strict";
import type { PublishState } from "../../src/plan/actions.ts";
import type { Manifest } from "../../src/plan/manifest.ts";
import type { ObservedFile } from "../../src/plan/observe.ts";
import { makePlan } from "../../src/plan/plan.ts";
import { file, manifestOf, observedOf, planInput } from "./plan_fixture.ts";

const FILES = [file(".config/systemd/user/web.service", "[Service]")];

/** What the plan publishes and tells where the manifest, what stands, or what is wanted differ from a server on which everything is as it should. */
function published(changes: {
  readonly manifest?: Partial<Manifest>;
  readonly stateFile?: Partial<NonNullable<Manifest["stateFile"]>>;
  readonly standing?: Partial<ObservedFile> | null;
  readonly told?: string;
}): boolean | undefined {
  const before = manifestOf(FILES);
  const stateFile = before.stateFile && { ...before.stateFile, ...changes.stateFile };
  const observed = observedOf(FILES);
  const state = observed.state && { ...observed.state, ...changes.standing };
  const input = planInput({
    files: FILES,
    manifest: { ...before, stateFile, ...changes.manifest },
    observed: { ...observed, state: changes.standing === null ? undefined : state },
  });
  const told = changes.told ?? input.desired.state.told;
  const desired = { ...input.desired, state: { ...input.desired.state, told } };
  const { actions } = makePlan({ ...input, desired });
  return actions.find((action): action is PublishState => action.kind === "publish-state")?.tells;
}

const OTHER = { content: new TextEncoder().encode("times: {}\n"), sha256: "" };

Deno.test("makePlan() publishes nothing where the state file is as it should be", () => {
  deepStrictEqual(published({}), undefined);
  deepStrictEqual(published({ manifest: { pending: {} } }), undefined);
});

Deno.test("makePlan() publishes new times and tells nobody", () => {
  deepStrictEqual(published({ standing: OTHER }), false);
});

Deno.test("makePlan() tells neighbours of what they see", () => {
  deepStrictEqual(published({ standing: OTHER, told: "more" }), true);
  deepStrictEqual(published({ standing: null }), true);
  deepStrictEqual(published({ standing: OTHER, manifest: { stateFile: null } }), true);
});

Deno.test("makePlan() tells neighbours where they may have seen what ppm never wrote, or nothing", () => {
  deepStrictEqual(published({ standing: { ...OTHER, sha256: "edited" } }), true);
  deepStrictEqual(published({ standing: { mode: 0o600 } }), true);
});

Deno.test("makePlan() tells neighbours of what a run wrote that was killed before it told them", () => {
  deepStrictEqual(published({ manifest: { pending: {} }, stateFile: { told: "less" } }), true);
});
