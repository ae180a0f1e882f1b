import assert from "node:assert/strict";
import type { ManifestUnit } from "../../../src/plan/manifest.ts";
import { unitsToStart, unitsToStop } from "../../../src/upgrade/preview/units.ts";
import { everything } from "./preview_fixture.ts";

const DIGEST = `web@sha256:${"a".repeat(64)}`;

/** Which images are pulled, by what stood and what comes. */
const IMAGES: readonly (readonly [what: string, from: string, to: string, images: readonly string[]])[] = [
  ["another tag", "web:1", "web:2", ["reg.example.org/web:2"]],
  ["the same tag, which may mean another image by now", "web:1", "web:1", ["reg.example.org/web:1"]],
  ["a digest that is new", "web:1", DIGEST, [`reg.example.org/${DIGEST}`]],
  ["no digest that runs already", DIGEST, DIGEST, []],
];

for (const [what, from, to, images] of IMAGES) {
  Deno.test(`makePreview() has an upgrade pull ${what}`, () => {
    assert.deepEqual(everything({ from, to }).images, images);
  });
}

function unit(name: string, enabled = true): ManifestUnit {
  return { name, from: "file", enabled, files: [], containers: false };
}

Deno.test("unitsToStart() finds what the target did not want before", () => {
  const before = [unit("web.service"), unit("worker.service", false)];
  const after = [unit("web.service"), unit("worker.service"), unit("new.timer"), unit("new.service", false)];
  assert.deepEqual(unitsToStart(before, after), ["worker.service", "new.timer"]);
});

Deno.test("unitsToStop() leaves out what ppm runs beside the application", () => {
  const units = ["old.service", "ppm-backup.timer"];
  const actions = [{ kind: "stop-units", units, why: "gone" }] as const;
  assert.deepEqual(unitsToStop({ actions, restart: [], running: true }), ["old.service"]);
});
