/** Plans that bring a generation back, and the numbers that generations get. */
import { deepStrictEqual } from "node:assert/strict";
import type { Action } from "../../src/plan/actions.ts";
import type { Manifest } from "../../src/plan/manifest.ts";
import { makePlan, type PlanInput } from "../../src/plan/plan.ts";
import { file, manifestOf, observedOf, planInput } from "./plan_fixture.ts";

const OLD = file("a.conf", "old");
const NEW = file("a.conf", "new");
const ADDED = file("b.conf", "only the newer one has it");

function kinds(actions: readonly Action[]): readonly string[] {
  return actions.map((action) => action.kind);
}

/** Which generation a plan records: its number, and whether it is a new one. */
function recorded(input: PlanInput): readonly [number, boolean] | undefined {
  return makePlan(input).actions.flatMap((action) =>
    action.kind === "record-generation" ? [[action.number, action.isNew] as const] : []
  )[0];
}

/** What ppm remembers where generation 5 stands. */
function standing(changes: Partial<Manifest> = {}): Manifest {
  return { ...manifestOf([NEW, ADDED]), generation: 5, newest: 6, ...changes };
}

Deno.test("makePlan() gives a generation that is brought back its own number, and removes what it did not have", () => {
  const input = {
    ...planInput({ files: [OLD], manifest: standing(), observed: observedOf([NEW, ADDED]) }),
    lastGeneration: 6,
    number: 3,
  };
  deepStrictEqual(
    kinds(makePlan(input).actions),
    [
      "write-file",
      "remove-file",
      "reload-manager",
      "record-generation",
    ].filter((kind) => kind !== "reload-manager"),
  );
  deepStrictEqual(recorded(input), [3, false]);
});

Deno.test("makePlan() has nothing to do where the generation to bring back is the one that stands", () => {
  const manifest = standing({ files: manifestOf([OLD]).files, generation: 3, inputs: "of another ppm" });
  const input = planInput({ files: [OLD], manifest, observed: observedOf([OLD]) });
  deepStrictEqual(makePlan({ ...input, number: 3 }).actions, []);
});

Deno.test("makePlan() records a generation that is brought back, though no file of it differs", () => {
  const input = planInput({ files: [NEW, ADDED], manifest: standing(), observed: observedOf([NEW, ADDED]) });
  deepStrictEqual(recorded({ ...input, number: 3 }), [3, false]);
});

Deno.test("makePlan() brings a generation back from the midst of a newer one, and keeps what somebody edited meanwhile", () => {
  // The newer one was killed after its second file; a third was edited by hand.
  const manifest = {
    ...manifestOf([OLD, file("c.conf", "as it was")]),
    generation: 3,
    newest: 3,
    pending: { "a.conf": [NEW.sha256], "b.conf": [ADDED.sha256] },
  };
  const files = [OLD, file("c.conf", "as it was")];
  const observed = observedOf([NEW, ADDED, file("c.conf", "edited")]);
  const input = { ...planInput({ files, manifest, observed }), lastGeneration: 3, number: 3 };
  const { actions } = makePlan(input);
  deepStrictEqual(kinds(actions), [
    "write-file",
    "keep-aside",
    "write-file",
    "remove-file",
    "reload-manager",
    "record-generation",
  ]);
  deepStrictEqual(recorded(input), [3, false]);
  const settled = { ...input, observed: observedOf(files) };
  deepStrictEqual(kinds(makePlan(settled).actions), ["reload-manager", "record-generation"]);
});

Deno.test("makePlan() disables what only an interrupted run has enabled, and leaves alone what an administrator has", () => {
  const unit = file(".config/systemd/user/web.service", "[Service]\n[Install]\nWantedBy=web.target\n");
  const input = planInput({ files: [unit], observed: observedOf([unit]), manifest: manifestOf([unit]) });
  const app = { ...input.desired.definition.app, enableunits: [] };
  const desired = {
    ...input.desired,
    definition: { ...input.desired.definition, app },
    units: input.desired.units.map((each) => ({ ...each, enabled: false })),
  };
  const disabled = (manifest: Manifest) =>
    makePlan({ ...input, desired, manifest }).actions.flatMap((action) =>
      action.kind === "disable-units" ? action.units : []
    );
  deepStrictEqual(disabled(manifestOf([unit])), []);
  deepStrictEqual(disabled({ ...manifestOf([unit]), pending: {} }), ["web.service"]);
});

Deno.test("makePlan() gives no number twice: not after a rollback, not where generations have come back from a snapshot", () => {
  const input = planInput({ files: [OLD], manifest: standing(), observed: observedOf([NEW, ADDED]) });
  deepStrictEqual(recorded({ ...input, lastGeneration: 6 }), [7, true]);
  deepStrictEqual(recorded({ ...input, lastGeneration: 5 }), [7, true]); // the newest was removed by hand
  deepStrictEqual(recorded({ ...input, lastGeneration: 11 }), [12, true]);
});

Deno.test("makePlan() gives what an interrupted run left right before its end the same number again", () => {
  const pending = { manifest: standing({ pending: {} }), observed: observedOf([NEW, ADDED]) };
  const input = planInput({ files: [OLD], ...pending });
  deepStrictEqual(recorded({ ...input, lastGeneration: 6 }), [7, true]);
  deepStrictEqual(recorded({ ...input, lastGeneration: 7 }), [7, true]);
  deepStrictEqual(recorded({ ...input, lastGeneration: 9 }), [10, true]);
});
