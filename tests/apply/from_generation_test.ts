import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { prepareGeneration } from "../../src/apply/from_generation.ts";
import { UserError } from "../../src/errors.ts";
import { listGenerations } from "../../src/apply/generations.ts";
import { digestOfSeen } from "../../src/neighbours/published_times.ts";
import { describe } from "../../src/plan/describe.ts";
import { readManifest } from "../../src/plan/read_manifest.ts";
import { file } from "../plan/plan_fixture.ts";
import { goBackTo, Machine, setUp } from "./generations_scene.ts";

const UNIT = ".config/systemd/user/web.service";
const FIRST = [
  file(UNIT, "[Service]\nExecStart=/bin/one\n"),
  file("web.conf", "one"),
  { ...file("private", "old password\n"), mode: 0o600 },
];
const SECOND = [
  file(UNIT, "[Service]\nExecStart=/bin/two\n"),
  file("sub/new.conf", "two"),
  { ...file("private", "new password\n"), mode: 0o600 },
];

/** A server with generation 1 (of FIRST, commit one) and 2 (of SECOND, commit two), which stands. */
async function twoGenerations(): Promise<Machine> {
  const system = new Machine();
  await setUp(system, FIRST, { commit: "one" });
  system.nowMs += 60_000;
  await setUp(system, SECOND, { commit: "two" });
  system.nowMs += 60_000;
  return system;
}

Deno.test("prepareGeneration() brings back files, modes and what is published, without config.yml, a clone or a template", async () => {
  const first = new Machine();
  await setUp(first, FIRST, { commit: "one" });
  const system = await twoGenerations();
  const kinds = await goBackTo(system, 1);
  deepStrictEqual(system.standing, first.standing);
  strictEqual(system.lstat("/home/app/private")?.mode, 0o600);
  ok(kinds.includes("remove-file") && kinds.includes("remove-directory"), kinds.join(" "));
  const [manifest, original] = [readManifest(system), readManifest(first)];
  deepStrictEqual(
    [manifest?.generation, manifest?.newest, manifest?.pending, manifest?.inputs, manifest?.source.commit],
    [1, 2, null, "inputs of one", "one"],
  );
  deepStrictEqual(
    [manifest?.time, manifest?.units, manifest?.config],
    [original?.time, original?.units, original?.config],
  );
  deepStrictEqual(listGenerations(system), [1, 2]);
  deepStrictEqual(await goBackTo(system, 1), []);
});

Deno.test("prepareGeneration() leaves the number of what comes next to what comes next", async () => {
  const system = await twoGenerations();
  await goBackTo(system, 1);
  await setUp(system, SECOND, { commit: "three" });
  deepStrictEqual(listGenerations(system), [1, 2, 3]);
  deepStrictEqual([readManifest(system)?.generation, readManifest(system)?.newest], [3, 3]);
  await goBackTo(system, 2);
  deepStrictEqual(readManifest(system)?.source.commit, "two");
});

Deno.test("prepareGeneration() publishes the times of today, and not those of back then", async () => {
  const system = await twoGenerations();
  system.writeFile("/home/app/.ppm/backup.json", '{"good": {"time": 0}}', 0o600);
  await goBackTo(system, 1);
  strictEqual(
    system.files["/var/lib/ppm/state/app/state.yml"],
    "commit: one\ntimes:\n  backup: '1970-01-01T00:00:00.000Z'\n",
  );
});

Deno.test("prepareGeneration() ends the same wherever a run of it, or of a newer generation, was interrupted", async () => {
  const whole = await twoGenerations();
  await goBackTo(whole, 1);
  const third = [file(UNIT, "[Service]\nExecStart=/bin/three\n"), file("third.conf", "three")];
  for (let steps = 0; steps < 12; steps++) {
    const system = await twoGenerations();
    const killAfter = () => {
      let left = steps;
      return () => {
        if (left-- === 0) throw new Error("killed");
      };
    };
    await setUp(system, third, { commit: "three", onAction: killAfter() }).catch(() => {});
    await goBackTo(system, 1, killAfter()).catch(() => {});
    await goBackTo(system, 1);
    deepStrictEqual(system.standing, whole.standing, `killed after ${steps} steps`);
    deepStrictEqual(system.enabled, whole.enabled);
    const manifest = readManifest(system);
    deepStrictEqual([manifest?.generation, manifest?.pending], [1, null]);
    deepStrictEqual(Object.keys(manifest?.files ?? {}).sort(), FIRST.map(({ path }) => path).sort());
    deepStrictEqual(await goBackTo(system, 1), []);
  }
});

Deno.test("prepareGeneration() keeps a file that somebody edited before it replaces it", async () => {
  const system = await twoGenerations();
  system.writeFile(`/home/app/${UNIT}`, "[Service]\nExecStart=/bin/mine\n", 0o644);
  await goBackTo(system, 1);
  const kept = Object.entries(system.files).filter(([path]) => path.includes("/.ppm/overwritten/"));
  deepStrictEqual(kept.map(([, content]) => content), ["[Service]\nExecStart=/bin/mine\n"]);
});

Deno.test("prepareGeneration() shows no line of a private file, and hides the generated secrets in every form", async () => {
  const system = await twoGenerations();
  system.writeFile("/home/app/.ppm/secrets.yml", 'dbpassword: "a b%c"\n', 0o600);
  const { plan, secrets } = await prepareGeneration(system, 1);
  const shown = plan.actions.map((action) => describe(action).detail).join("\n");
  ok(!shown.includes("password"), shown);
  ok(shown.includes("/bin/one"));
  deepStrictEqual(secrets.map(({ value }) => value).sort(), ["a b%%c", "a b%c", "a%20b%25c"]);
});

Deno.test("prepareGeneration() refuses a generation of which anything is damaged or gone, naming it", async () => {
  const root = "/home/app/.ppm/generations/1";
  const message = (path: string) => ({
    name: "UserError",
    message: `Cannot go back to generation 1: .ppm/generations/1/${path} is damaged or missing`,
    hint: "See which others there are: ppm history",
  });
  for (const path of [`files/${UNIT}`, "generation.json", "state.yml"]) {
    for (const harm of ["other content", undefined]) {
      const system = await twoGenerations();
      if (harm === undefined) system.removeFile(`${root}/${path}`);
      else system.writeFile(`${root}/${path}`, harm, 0o600);
      const before = system.files;
      await rejects(prepareGeneration(system, 1), message(path));
      deepStrictEqual(system.files, before);
    }
  }
  await rejects(prepareGeneration(await twoGenerations(), 7), {
    message: "Cannot go back to generation 7: there is none",
    hint: "See which there are: ppm history",
  });
});

Deno.test("prepareGeneration() refuses a generation that was made for another user", async () => {
  const system = await twoGenerations();
  const path = "/home/app/.ppm/generations/1/generation.json";
  const text = system.files[path]!.replace("/state/app/state.yml", "/state/web/state.yml");
  system.writeFile(path, text, 0o600);
  await rejects(
    prepareGeneration(system, 1),
    (error) => error instanceof UserError && /made for another user/.test(error.message),
  );
});

Deno.test("prepareGeneration() works where the manifest is gone, and still gives no number twice", async () => {
  const system = await twoGenerations();
  system.removeFile("/home/app/.ppm/manifest.json");
  await goBackTo(system, 1);
  deepStrictEqual([readManifest(system)?.generation, readManifest(system)?.newest], [1, 2]);
});

Deno.test("prepareGeneration() keeps the neighbours that a generation was rendered with, and tells those of today of it", async () => {
  const system = await twoGenerations();
  system.touched.length = 0;
  await goBackTo(system, 1);
  strictEqual(readManifest(system)?.neighbours, "neighbours of one");
  deepStrictEqual(system.touched, ["/var/lib/ppm/state/app"]);
  strictEqual(readManifest(system)?.stateFile?.told, await digestOfSeen("commit: one\n"));
});
