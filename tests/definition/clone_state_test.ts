import assert from "node:assert/strict";
import { openClone } from "../../src/definition/clone.ts";
import { changedFiles, headCommit, localChanges } from "../../src/definition/clone_state.ts";
import { readSource } from "../../src/definition/source.ts";
import { UserError } from "../../src/errors.ts";
import { errorOf, git, MINIMAL, Place } from "./clone_fixture.ts";

Deno.test("openClone() refuses a clone of another repository, and says what would be lost with it", async () => {
  using place = new Place();
  place.commit(MINIMAL);
  await place.adopt();
  const other = place.wanted({ repository: "https://git.example.org/web.git" });
  const clean = await errorOf(UserError, openClone(place.system, other));
  assert.equal(
    clean.message,
    `Cannot use the clone ${place.clone}: it comes from "${place.upstream}", ` +
      'and config.yml says "https://git.example.org/web.git"',
  );
  assert.equal(clean.hint, `It is only a copy. To change over: rm -rf ${place.clone}, then ppm setup`);
  git(place.clone, "commit", "--quiet", "--allow-empty", "--message", "Mine");
  Deno.writeTextFileSync(`${place.clone}/notes`, "mine");
  const used = await errorOf(UserError, openClone(place.system, other));
  assert.match(
    used.hint ?? "",
    /^Commits \(1\) and changed files \(1\) in it are nowhere else: save them first/,
  );
});

Deno.test("openClone() refuses what is no clone of this user's own", async (t) => {
  using place = new Place();
  place.commit(MINIMAL);
  const breakages: [name: string, breakIt: () => void, message: RegExp][] = [
    ["no commit", () => Deno.removeSync(`${place.clone}/.git/HEAD`), /git finds no commit in it$/],
    ["a file", () => {
      place.system.removeTree(place.clone);
      Deno.writeTextFileSync(place.clone, "");
    }, /definition is no directory$/],
    ["a link", () => {
      place.system.removeTree(place.clone);
      Deno.symlinkSync(place.upstream, place.clone);
    }, /definition is no directory$/],
    ["a .git that leads elsewhere", () => {
      place.system.removeTree(`${place.clone}/.git`);
      Deno.writeTextFileSync(`${place.clone}/.git`, `gitdir: ${place.upstream}/.git\n`);
    }, /\.git is no directory$/],
  ];
  if (Deno.uid() === 0) {
    breakages.push([
      "another user's",
      () => Deno.chownSync(`${place.clone}/.git`, 12345, 12345),
      /belongs to the user with uid 12345, not to app$/,
    ]);
  }
  for (const [name, breakIt, message] of breakages) {
    await t.step(name, async () => {
      place.system.removeTree(place.clone);
      await place.adopt();
      breakIt();
      const error = await errorOf(UserError, place.adopt());
      assert.match(error.message, message);
      assert.match(error.hint ?? "", /only a copy/);
      place.system.removeTree(place.clone);
    });
  }
});

Deno.test("openClone() warns of changes that are not committed, and of a revision that is not checked out", async () => {
  using place = new Place();
  const first = place.commit(MINIMAL);
  place.git("tag", "v1");
  const second = place.commit({ "appinfo.yml": "name: second\n" });
  await place.adopt();
  Deno.writeTextFileSync(`${place.clone}/appinfo.yml`, "name: edited\n");
  Deno.writeTextFileSync(`${place.clone}/new file`, "");
  const clone = await openClone(place.system, place.wanted({ revision: "v1" }));
  assert.equal(clone?.commit, second);
  assert.deepEqual(clone.warnings, [
    `${place.clone} stays at the commit ${second.slice(0, 12)}, while the revision "v1" is ${
      first.slice(0, 12)
    }: setup never moves it. To see what is new, and to move it: ppm upgrade`,
    `Changes in ${place.clone} that are not committed are not used: appinfo.yml, new file`,
  ]);
  assert.deepEqual(await localChanges(place.system, place.clone), {
    files: ["appinfo.yml", "new file"],
    commits: 0,
  });
  assert.equal(await headCommit(place.system, place.clone), second);
  const source = await readSource(place.system, clone, ".");
  assert.equal(new TextDecoder().decode(source.appinfo), "name: second\n");
});

Deno.test("openClone() answers undefined where nothing stands", async () => {
  using place = new Place();
  assert.equal(await openClone(place.system, place.wanted()), undefined);
});

Deno.test("changedFiles() names new files, whatever the clone's configuration says of showing them", async () => {
  using place = new Place();
  place.commit(MINIMAL);
  await place.adopt();
  git(place.clone, "config", "status.showUntrackedFiles", "no");
  Deno.writeTextFileSync(`${place.clone}/notes`, "mine");
  assert.deepEqual(await changedFiles(place.system, place.clone), ["notes"]);
});
