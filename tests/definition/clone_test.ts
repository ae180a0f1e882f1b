import assert from "node:assert/strict";
import { cloneDirectory, discardNewClone, prepareClone, previewClone } from "../../src/definition/clone.ts";
import { readSource } from "../../src/definition/source.ts";
import { InvalidError, UserError } from "../../src/errors.ts";
import { ReadOnlySystem } from "../../src/host/read_only_system.ts";
import { errorOf, git, MINIMAL, nobodyWorksIn, Place } from "./clone_fixture.ts";

/** What stands in `~/.ppm`. */
function left(place: Place): string[] {
  return Array.from(Deno.readDirSync(`${place.home}/.ppm`), (entry) => entry.name).sort();
}

Deno.test("prepareClone() clones the default branch, whole, and checks its commit out", async () => {
  using place = new Place();
  const commit = place.commit(MINIMAL);
  place.git("branch", "other");
  const clone = await place.adopt();
  assert.deepEqual(clone, {
    directory: place.clone,
    commit,
    repository: place.upstream,
    isNew: false,
    warnings: [],
  });
  assert.equal(cloneDirectory(place.system), place.clone);
  assert.equal(Deno.readTextFileSync(`${place.clone}/appinfo.yml`), MINIMAL["appinfo.yml"]);
  assert.equal(git(place.clone, "rev-parse", "--abbrev-ref", "HEAD"), "HEAD", "no branch moves under it");
  assert.equal(git(place.clone, "status", "--porcelain"), "");
  assert.deepEqual(left(place), ["definition"]);
});

Deno.test("prepareClone() never fetches into a clone that stands", async () => {
  using place = new Place();
  const commit = place.commit(MINIMAL);
  await place.adopt();
  place.commit({ "appinfo.yml": "name: newer\n" });
  place.system.ran.length = 0;
  const clone = await place.adopt();
  assert.deepEqual([clone.commit, clone.warnings], [commit, []]);
  const verbs = place.system.ran.flatMap(({ args }) => args);
  for (const verb of ["ls-remote", "clone", "fetch", "checkout"]) assert.ok(!verbs.includes(verb), verb);
  assert.deepEqual(place.system.ran.filter(({ changes }) => changes), []);
});

Deno.test("prepareClone() finds a revision among branches, then tags, then commits", async (t) => {
  using place = new Place();
  const first = place.commit(MINIMAL);
  place.git("tag", "--annotate", "v1", "--message", "One");
  place.git("tag", "--annotate", "v1-again", "--message", "A tag of a tag", "v1");
  const second = place.commit({ "appinfo.yml": "name: second\n" });
  place.git("branch", "feature/x");
  place.git("branch", "v1", second);
  place.git("tag", "same", first);
  place.commit({ "appinfo.yml": "name: third\n" });
  const expected: [revision: string, commit: string][] = [
    ["feature/x", second],
    ["v1", second],
    ["v1-again", first],
    ["same", first],
    [first, first],
    [second.slice(0, 7), second],
    [second.slice(0, 10).toUpperCase(), second],
  ];
  for (const [revision, commit] of expected) {
    await t.step(revision.replace(/^[0-9a-fA-F]{7,}$/, (id) => `an id of ${id.length} digits`), async () => {
      place.system.removeTree(place.clone);
      const clone = await place.adopt({ revision });
      assert.equal(clone.commit, commit);
      assert.equal(git(place.clone, "rev-parse", "HEAD"), commit);
      assert.deepEqual((await place.adopt({ revision })).warnings, []);
    });
  }
});

Deno.test("prepareClone() takes a full id for that commit, whatever branch bears it as its name", async () => {
  using place = new Place();
  const pinned = place.commit(MINIMAL);
  place.git("tag", "v1");
  place.commit({ "appinfo.yml": "name: other\n" });
  place.git("branch", "-m", "main", pinned); // the default branch, which a new clone has as its own
  assert.equal((await place.adopt({ revision: pinned })).commit, pinned);
  assert.equal(git(place.clone, "rev-parse", "HEAD"), pinned);
  assert.equal(Deno.readTextFileSync(`${place.clone}/appinfo.yml`), MINIMAL["appinfo.yml"]);
});

Deno.test("prepareClone() names what there is when a revision means nothing", async (t) => {
  using place = new Place();
  place.commit(MINIMAL);
  place.git("tag", "v1.0");
  place.git("tag", "notes", place.blob("no commit"));
  place.commitMany("many", 2000);
  const names = "Branches: main, many. Tags: notes, v1.0.";
  const ids = place.git("rev-list", "many").split("\n").map((id) => id.slice(0, 4)).sort();
  const ambiguous = ids.find((id, index) => id === ids[index + 1]) ?? "";
  const cases: [revision: string, state: string, hint: string][] = [
    ["mian", "is neither a branch, nor a tag, nor a commit", `Did you mean "main"? ${names}`],
    ["v1.1", "is neither a branch, nor a tag, nor a commit", `Did you mean "v1.0"? ${names}`],
    ["--upload-pack=x", "is neither a branch, nor a tag, nor a commit", names],
    ["HEAD~1", "is neither a branch, nor a tag, nor a commit", names],
    ["f".repeat(40), "means no commit of this repository, or more than one", names],
    [ambiguous, "means no commit of this repository, or more than one", names],
    ["notes", "means no commit of this repository, or more than one", `Did you mean "notes"? ${names}`],
  ];
  for (const [revision, state, hint] of cases) {
    await t.step(revision, async () => {
      const error = await errorOf(UserError, place.adopt({ revision }));
      assert.deepEqual([error.message, error.exit], [
        `Cannot find the revision "${revision}": it ${state}`,
        "invalid",
      ]);
      if (revision !== "notes") assert.equal(error.hint, hint);
      assert.deepEqual(left(place), []);
    });
  }
});

Deno.test("prepareClone() says so of a repository that is empty or has no default branch", async () => {
  using place = new Place();
  const empty = await errorOf(UserError, place.adopt());
  assert.equal(empty.message, "Cannot use the repository of the definition: it is empty");
  assert.equal(empty.exit, "invalid");
  place.commit(MINIMAL);
  place.git("symbolic-ref", "HEAD", "refs/heads/gone");
  const headless = await errorOf(UserError, place.adopt());
  assert.equal(
    headless.message,
    "Cannot use the default branch of the definition's repository: its HEAD leads nowhere",
  );
  assert.equal(headless.hint, "Say definition.revision in config.yml. Branches: main. Tags: none.");
  assert.deepEqual(left(place), []);
});

Deno.test("prepareClone() refuses a hostile tree before anything of it is checked out", async () => {
  using place = new Place();
  place.commitRaw([
    ["100644", "appinfo.yml", "name: web\n"],
    ["120000", "escape", "/etc/passwd"],
    ["160000", "lib", "1".repeat(40)],
    ["120000", "up", "../../.ssh/authorized_keys"],
  ]);
  const error = await errorOf(InvalidError, place.adopt());
  assert.deepEqual(error.problems.map(({ file, message }) => `${file}: ${message}`), [
    "escape: is a symbolic link to an absolute path",
    "lib: is a submodule, and ppm fetches none: put its files into the repository",
    "up: is a symbolic link that leaves the repository",
  ]);
  assert.deepEqual(left(place), []);
  assert.ok(!place.system.ran.some(({ args }) => args.includes("checkout")));
});

Deno.test("prepareClone() lets git refuse objects made to deceive", async () => {
  using place = new Place();
  const inner = place.tree([`100755 blob ${place.blob("#!/bin/sh\n")}\tpost-checkout`]);
  place.commitRaw([["100644", "appinfo.yml", "name: web\n"], ["040000", ".GIT", inner]]);
  const error = await errorOf(UserError, place.adopt());
  assert.match(error.message, /^Cannot read the repository ".*": .*(hasDotgit|fsck)/);
  assert.match(error.hint ?? "", /made to deceive/);
  assert.deepEqual(left(place), []);
});

Deno.test("prepareClone() checks a link out as a file", async () => {
  using place = new Place();
  Deno.symlinkSync("appinfo.yml", `${place.upstream}/link`);
  place.commit(MINIMAL);
  await place.adopt();
  assert.equal(Deno.lstatSync(`${place.clone}/link`).isFile, true);
  assert.deepEqual((await place.adopt()).warnings, []);
});

Deno.test("prepareClone() heals what a killed run left", async () => {
  using place = new Place();
  place.commit(MINIMAL);
  Deno.mkdirSync(`${place.clone}.part/.git/objects`, { recursive: true });
  Deno.writeTextFileSync(`${place.clone}.part/.git/index.lock`, "");
  await place.adopt();
  assert.deepEqual(left(place), ["definition"]);
  for (const lock of ["index.lock", "HEAD.lock", "shallow.lock", "config.lock", "packed-refs.lock"]) {
    Deno.writeTextFileSync(`${place.clone}/.git/${lock}`, "");
  }
  const clone = await place.adopt();
  assert.equal((await readSource(place.system, clone, ".")).templates.length, 1);
});

Deno.test("prepareClone() makes a whole clone after any kill -9", async (t) => {
  using place = new Place();
  const random = crypto.getRandomValues(new Uint8Array(60_000));
  const commit = place.commit({ ...MINIMAL, "templates/big": random });
  place.commitMany("history", 3000);
  const script = `
    import { HomeSystem } from "${import.meta.resolve("./clone_fixture.ts")}";
    import { prepareClone } from "${import.meta.resolve("../../src/definition/clone.ts")}";
    console.log("begun");
    await prepareClone(new HomeSystem(${JSON.stringify(place.home)}), ${JSON.stringify(place.wanted())});
    setTimeout(() => {}, 60_000); // stays to be killed`;
  for (const delayMs of [0, 5, 15, 30, 50, 80, 120]) {
    await t.step(`after ${delayMs} ms`, async () => {
      place.system.removeTree(place.clone);
      const child = new Deno.Command(Deno.execPath(), {
        args: ["eval", script],
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const reader = child.stdout.getReader();
      await reader.read();
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      child.kill("SIGKILL");
      await Promise.all([child.status, reader.cancel()]);
      await nobodyWorksIn(place.home);
      const clone = await place.adopt();
      assert.equal(clone.commit, commit);
      assert.deepEqual((await readSource(place.system, clone, ".")).templates[1]?.content, random);
      assert.equal(git(place.clone, "status", "--porcelain"), "");
      assert.deepEqual(left(place), ["definition"]);
    });
  }
});

Deno.test("prepareClone() explains that git reads no path of another user", {
  ignore: Deno.uid() !== 0, // only root can give a file away
}, async () => {
  using place = new Place();
  place.commit(MINIMAL);
  new Deno.Command("chown", { args: ["-R", "12345", place.upstream] }).outputSync();
  const error = await errorOf(UserError, place.adopt());
  assert.match(
    error.message,
    /^Cannot read the repository ".*": fatal: detected dubious ownership in repository/,
  );
  assert.equal(
    error.hint,
    `git reads no repository that belongs to another user. As root: chown -R app ${place.upstream}; ` +
      `or reach it as its owner: ssh://OWNER@localhost${place.upstream}`,
  );
});

Deno.test("prepareClone() touches no place until the plan does, and discardNewClone() takes it back", async () => {
  using place = new Place();
  place.commit(MINIMAL);
  const clone = await prepareClone(place.system, place.wanted());
  assert.deepEqual([clone.isNew, clone.directory], [true, `${place.clone}.part`]);
  assert.deepEqual(left(place), ["definition.part"]);
  discardNewClone(place.system);
  assert.deepEqual(left(place), []);
});

Deno.test("previewClone() gives what prepareClone() would give, and changes nothing at home", async () => {
  using place = new Place();
  const commit = place.commit(MINIMAL);
  const system = new ReadOnlySystem(place.system);
  const scratch = system.makeScratch();
  const preview = await previewClone(system, place.wanted(), scratch);
  assert.equal(preview.commit, commit);
  assert.ok(preview.directory.startsWith(`${scratch}/`));
  assert.deepEqual(left(place), []);
  const source = await readSource(system, preview, ".");
  const clone = await place.adopt();
  assert.deepEqual(source, await readSource(place.system, clone, "."));
  assert.deepEqual(await previewClone(system, place.wanted(), scratch), clone);
  system.removeScratch(scratch);
});
