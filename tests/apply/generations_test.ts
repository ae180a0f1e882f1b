import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  generationDirectory,
  listGenerations,
  readDescription,
  readGeneration,
  writeGeneration,
} from "../../src/apply/generations.ts";
import { readGenerationRecord } from "../../src/apply/generation_record.ts";
import type { TreeFile } from "../../src/host/system.ts";
import { file, manifestOf, planInput } from "../plan/plan_fixture.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { Machine, setUp } from "./generations_scene.ts";

const HOME = "/home/app";
const UNIT = file(".config/systemd/user/web.service", "[Service]\n");
const CONF = { ...file("web.conf", "one"), mode: 0o600 };

Deno.test("writeGeneration() writes what the generation is, how it came about, and every file", async () => {
  const system = new Machine();
  await setUp(system, [UNIT, CONF], {
    commit: "one",
    record: { by: "timer", outcome: "trial", snapshot: "abc" },
  });
  const root = generationDirectory(system, 1);
  deepStrictEqual(Object.keys(system.files).filter((path) => path.startsWith(root)), [
    `${root}/files/${UNIT.path}`,
    `${root}/files/web.conf`,
    `${root}/generation.json`,
    `${root}/record.json`,
    `${root}/state.yml`,
  ]);
  const description = JSON.parse(system.files[`${root}/generation.json`]!);
  const manifest = JSON.parse(system.files[`${HOME}/.ppm/manifest.json`]!);
  deepStrictEqual({ ...description, pending: null }, manifest);
  const { by, outcome, snapshot, message } = readGenerationRecord(system, 1);
  deepStrictEqual([by, outcome, snapshot, message], ["timer", "trial", "abc", null]);
  const generation = await readGeneration(system, 1);
  deepStrictEqual(generation?.files.map(({ path, mode, sha256 }) => [path, mode, sha256]), [
    [UNIT.path, 0o644, UNIT.sha256],
    ["web.conf", 0o600, CONF.sha256],
  ]);
  strictEqual(new TextDecoder().decode(generation?.stateContent), "commit: one\n");
  strictEqual(await readGeneration(system, 2), undefined);
});

/** Remembers which files were to share their place on the disk with another. */
class Linking extends FakeSystem {
  twins: Record<string, string | undefined> = {};
  override writeTree(path: string, files: readonly TreeFile[]): void {
    this.twins = Object.fromEntries(
      files.flatMap((each) => each.path.startsWith("files/") ? [[each.path.slice(6), each.twin]] : []),
    );
    super.writeTree(path, files);
  }
}

Deno.test("writeGeneration() shares a file with the generation before only where it is the same there, by its content", () => {
  const system = new Linking();
  system.makeDirectory(`${HOME}/.ppm`, 0o700);
  const paths = ["same", "changed", "damaged", "gone", "new"];
  const before = paths.slice(0, 4).map((path) => file(path, "content"));
  const { desired } = planInput({ files: [] });
  const previous = manifestOf(before);
  writeGeneration(system, previous, { files: before, desired, previous: undefined });
  system.writeFile(`${HOME}/.ppm/generations/1/files/damaged`, "contempt", 0o600);
  system.removeFile(`${HOME}/.ppm/generations/1/files/gone`);
  const after = paths.map((path) => file(path, path === "changed" ? "other" : "content"));
  writeGeneration(system, { ...manifestOf(after), generation: 2 }, { files: after, desired, previous });
  deepStrictEqual(system.twins, {
    same: `${HOME}/.ppm/generations/1/files/same`,
    changed: undefined,
    damaged: undefined,
    gone: undefined,
    new: undefined,
  });
});

Deno.test("listGenerations() counts as numbers do, and takes nothing else for a generation", () => {
  const system = new FakeSystem();
  for (const name of ["10", "9", "1", "01", "0", ".12.ppm-new", ".discarded", "3.part"]) {
    system.addFile(`${HOME}/.ppm/generations/${name}/x`, "");
  }
  deepStrictEqual(listGenerations(system), [1, 9, 10]);
  deepStrictEqual(listGenerations(new FakeSystem()), []);
});

Deno.test("readDescription() says nothing where nothing can be understood", () => {
  const system = new FakeSystem();
  for (const text of ["", "[]", '{"version": 2}']) {
    system.addFile(`${HOME}/.ppm/generations/1/generation.json`, text);
    strictEqual(readDescription(system, 1), undefined, text);
  }
  strictEqual(readDescription(system, 2), undefined);
});
