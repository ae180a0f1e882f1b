import { strictEqual } from "node:assert/strict";
import { finalManifest } from "../../src/apply/make_manifest.ts";
import { makePlan } from "../../src/plan/plan.ts";
import { file, manifestOf, observedOf, planInput } from "../plan/plan_fixture.ts";
import { FakeSystem } from "../support/fake_system.ts";

const WANTED = file(".config/systemd/user/web.service", "[Service]");

/** When the unit's file changed, as the manifest has it after a setup at 5000 that finds `standing`. */
async function changedAfter(standing: string): Promise<number | undefined> {
  const previous = manifestOf([WANTED]);
  const observed = observedOf([file(WANTED.path, standing)]);
  const input = planInput({ files: [WANTED], manifest: previous, observed });
  const manifest = await finalManifest(new FakeSystem(), {
    ...input,
    plan: makePlan(input),
    neighbours: null,
    config: previous.config,
    previous,
    nowMs: 5000,
  });
  return manifest.files[WANTED.path]?.changedMs;
}

Deno.test("finalManifest() counts a hand edit that was undone as a change: what runs may have been started with it", async () => {
  strictEqual(await changedAfter("[Service]\nNice=5"), 5000);
});

Deno.test("finalManifest() keeps the time of a file that stood as it should", async () => {
  strictEqual(await changedAfter("[Service]"), 0);
});
