import assert from "node:assert/strict";
import { fetchDefinition, type Fetched, previewFetch } from "../../src/definition/fetch.ts";
import { foreignSettings } from "../../src/definition/clone_settings.ts";
import { InvalidError, UserError } from "../../src/errors.ts";
import { ReadOnlySystem } from "../../src/host/read_only_system.ts";
import { errorOf, git, MINIMAL, Place } from "./clone_fixture.ts";

type Change = Parameters<Place["wanted"]>[0];

function fetch(place: Place, change: Change = {}): Promise<Fetched> {
  return fetchDefinition(place.system, place.wanted(change));
}

async function preview(place: Place, change: Change = {}): Promise<Fetched> {
  const system = new ReadOnlySystem(place.system);
  const scratch = system.makeScratch();
  try {
    return await previewFetch(system, place.wanted(change), scratch);
  } finally {
    system.removeScratch(scratch);
  }
}

/** A place whose definition was adopted. */
async function adopted(change: Change = {}): Promise<Place> {
  const place = new Place();
  place.commit(MINIMAL);
  place.git("branch", "stable");
  place.git("tag", "--annotate", "v1", "--message", "One");
  await place.adopt(change);
  return place;
}

/** Everything in the clone that a person could see: path, mode, size, time and content of each file. */
function listing(place: Place): string {
  const script =
    "find . -printf '%p %m %s %T@ %l\\n' | sort; find . -type f -print0 | sort -z | xargs -0 sha256sum";
  const { stdout } = new Deno.Command("sh", { args: ["-c", script], cwd: place.clone }).outputSync();
  return new TextDecoder().decode(stdout);
}

Deno.test("fetchDefinition() brings the default branch's new tip, and leaves what is checked out", async () => {
  using place = await adopted();
  const before = git(place.clone, "rev-parse", "HEAD");
  const commit = place.commit({ "appinfo.yml": "name: newer\n" });
  const fetched = await fetch(place);
  assert.deepEqual(fetched, {
    clone: { directory: place.clone, commit, repository: place.upstream, isNew: false, warnings: [] },
    tag: null,
    name: "the branch main",
  });
  assert.equal(git(place.clone, "rev-parse", "HEAD"), before);
  assert.equal(Deno.readTextFileSync(`${place.clone}/appinfo.yml`), MINIMAL["appinfo.yml"]);
  assert.equal(git(place.clone, "status", "--porcelain"), "");
});

Deno.test("fetchDefinition() follows branches, tags that were moved, and ids of commits", async (t) => {
  using place = await adopted();
  const second = place.commit({ "appinfo.yml": "name: second\n" });
  place.git("branch", "--force", "stable", second);
  place.git("tag", "--force", "--annotate", "v1", "--message", "Moved");
  place.git("tag", "light");
  place.git("checkout", "--quiet", "-b", "hidden");
  const unborn = place.commit({ "appinfo.yml": "name: hidden\n" });
  place.git("checkout", "--quiet", "main");
  place.git("branch", "-D", "hidden");
  place.git("branch", unborn, second); // a branch that calls itself like the commit
  const expected: [revision: string, commit: string, name: string, tag: string | null][] = [
    ["stable", second, "the branch stable", null],
    ["v1", second, "the tag v1", "refs/tags/v1"],
    ["light", second, "the tag light", null],
    [second, second, `the commit ${second.slice(0, 12)}`, null],
    [second.slice(0, 8), second, `the commit ${second.slice(0, 12)}`, null],
    [unborn, unborn, `the commit ${unborn.slice(0, 12)}`, null],
  ];
  for (const look of [preview, fetch]) {
    for (const [revision, commit, name, tag] of expected) {
      await t.step(`${look.name}: ${name.replace(/[0-9a-f]{12}/, "")}`, async () => {
        const fetched = await look(place, { revision });
        assert.deepEqual([fetched.clone.commit, fetched.name, fetched.tag], [commit, name, tag]);
      });
    }
  }
});

Deno.test("fetchDefinition() follows a default branch that was renamed, or left for a commit", async () => {
  using place = await adopted();
  place.git("branch", "-m", "main", "trunk");
  const commit = place.commit({ "appinfo.yml": "name: newer\n" });
  const fetched = await fetch(place);
  assert.deepEqual([fetched.clone.commit, fetched.name], [commit, "the branch trunk"]);
  const branches = git(place.clone, "for-each-ref", "--format=%(refname)", "refs/remotes");
  assert.equal(branches, "refs/remotes/origin/HEAD\nrefs/remotes/origin/stable\nrefs/remotes/origin/trunk");
  assert.equal(git(place.clone, "symbolic-ref", "refs/remotes/origin/HEAD"), "refs/remotes/origin/trunk");
  place.git("checkout", "--quiet", "--detach");
  const loose = place.commit({ "appinfo.yml": "name: loose\n" });
  const headless = await fetch(place);
  assert.deepEqual([headless.clone.commit, headless.name], [loose, `the commit ${loose.slice(0, 12)}`]);
});

Deno.test("fetchDefinition() says so of a branch that was deleted, and of a HEAD that leads nowhere", async () => {
  using place = await adopted({ revision: "stable" });
  place.git("branch", "-D", "stable");
  const gone = await errorOf(UserError, fetch(place, { revision: "stable" }));
  assert.deepEqual([gone.message, gone.hint, gone.exit], [
    'Cannot find the revision "stable": it is neither a branch, nor a tag, nor a commit',
    "Branches: main. Tags: v1.",
    "invalid",
  ]);
  place.git("symbolic-ref", "HEAD", "refs/heads/nowhere");
  const nowhere = await errorOf(UserError, fetch(place));
  assert.match(nowhere.message, /its HEAD leads nowhere$/);
  const unknown = await errorOf(UserError, fetch(place, { revision: "e".repeat(40) }));
  assert.match(unknown.message, /^Cannot read the repository ".*": .*not our ref e{40}$/);
  assert.match(unknown.hint ?? "", /no such commit/);
});

Deno.test("fetchDefinition() refuses a tree that no definition may have, and the clone stays", async () => {
  using place = await adopted();
  const before = git(place.clone, "rev-parse", "HEAD");
  place.commitRaw([
    ["100644", "appinfo.yml", "name: web\n"],
    ["120000", "escape", "/etc/passwd"],
    ["160000", "lib", "1".repeat(40)],
  ]);
  for (const look of [preview, fetch]) {
    const error = await errorOf(InvalidError, look(place));
    assert.deepEqual(error.problems.map(({ file }) => file), ["escape", "lib"]);
  }
  assert.equal(git(place.clone, "rev-parse", "HEAD"), before);
  assert.equal(git(place.clone, "status", "--porcelain"), "");
});

Deno.test("fetchDefinition() lets git refuse objects made to deceive", async () => {
  using place = await adopted();
  const inner = place.tree([`100755 blob ${place.blob("#!/bin/sh\n")}\tpost-checkout`]);
  place.commitRaw([["100644", "appinfo.yml", "name: web\n"], ["040000", ".GIT", inner]]);
  for (const look of [preview, fetch]) {
    assert.match(
      (await errorOf(UserError, look(place))).message,
      /^Cannot read the repository ".*": .*(hasDotgit|fsck)/,
    );
  }
});

Deno.test("fetchDefinition() reports a remote that is gone", async () => {
  using place = await adopted();
  Deno.renameSync(place.upstream, `${place.upstream}.gone`);
  for (const look of [preview, fetch]) {
    const error = await errorOf(UserError, look(place));
    assert.match(
      error.message,
      /^Cannot read the repository ".*": fatal: .*not appear to be a git repository/,
    );
    assert.match(error.hint ?? "", /definition.repository in config.yml/);
  }
});

Deno.test("fetchDefinition() is not redirected by a repository that the home directory is", async () => {
  using place = await adopted();
  const commit = place.commit({ "appinfo.yml": "name: newer\n" });
  git(place.home, "init", "--quiet");
  git(place.home, "config", "url./nowhere.insteadOf", place.upstream);
  for (const look of [preview, fetch]) assert.equal((await look(place)).clone.commit, commit);
});

Deno.test("fetchDefinition() asks nobody and waits for nobody for ever", async () => {
  using place = await adopted();
  place.system.ran.length = 0;
  await fetch(place);
  const remote = place.system.ran.filter(({ args }) => args.includes("ls-remote") || args.includes("fetch"));
  assert.deepEqual(remote.map(({ timeoutMs, changes }) => [timeoutMs, changes]), [[60_000, false], [
    1_800_000,
    true,
  ]]);
  for (const { environment } of remote) {
    assert.deepEqual([environment?.GIT_TERMINAL_PROMPT, environment?.GIT_ASKPASS], ["0", ""]);
    assert.match(environment?.GIT_SSH_COMMAND ?? "", /BatchMode=yes .*ServerAliveInterval=15/);
  }
});

Deno.test("fetchDefinition() refuses no clone, another repository's, and another user's", async () => {
  using place = await adopted();
  const other = await errorOf(UserError, fetch(place, { repository: "/srv/other.git" }));
  assert.match(other.message, /^Cannot use the clone .*: it comes from/);
  Deno.renameSync(place.clone, `${place.clone}.away`);
  const none = await errorOf(UserError, fetch(place));
  assert.deepEqual([none.message, none.hint], [
    `Cannot fetch into the clone ${place.clone}: it does not exist`,
    "Run: ppm setup",
  ]);
  if (Deno.uid() !== 0) return;
  Deno.renameSync(`${place.clone}.away`, place.clone);
  Deno.chownSync(place.clone, 12345, 12345);
  assert.match((await errorOf(UserError, fetch(place))).message, /it belongs to the user with uid 12345/);
});

Deno.test("fetchDefinition() refuses a clone whose configuration leads elsewhere or runs programs", async (t) => {
  const settings = [
    "url./srv/evil.insteadof",
    "filter.x.smudge",
    "fetch.fsckobjects",
    "http.sslverify",
    "remote.origin.uploadpack",
    "include.path",
    "core.alternaterefscommand",
  ];
  for (const setting of settings) {
    await t.step(setting, async () => {
      using place = await adopted();
      git(place.clone, "config", setting, setting === "include.path" ? `${place.top}/more` : "/bin/true");
      for (const look of [preview, fetch]) {
        const error = await errorOf(UserError, look(place));
        assert.ok(
          error.message.endsWith(`/.git/config has settings that ppm did not make: ${setting}`),
          error.message,
        );
      }
    });
  }
});

Deno.test("foreignSettings() lets pass what git writes and what people set for their own work", () => {
  const own = [
    ...["core.repositoryformatversion", "core.symlinks", "extensions.objectformat", "remote.origin.url"],
    ...["remote.mirror.fetch", "branch.main.merge", "user.email", "alias.st", "commit.gpgsign"],
  ];
  assert.deepEqual(foreignSettings([...own, "core.hookspath", "core.hookspath", "user.name"]), [
    "core.hookspath",
  ]);
});

Deno.test("fetchDefinition() removes the locks of a killed git once they are a minute old, and waits for others", async () => {
  using place = await adopted();
  const old = ["packed-refs.lock", "shallow.lock", "refs/remotes/origin/main.lock", "refs/tags/v1.lock"];
  const fresh = "refs/remotes/origin/HEAD.lock";
  for (const name of [...old, fresh]) Deno.writeTextFileSync(`${place.clone}/.git/${name}`, "");
  for (const name of old) Deno.utimeSync(`${place.clone}/.git/${name}`, 1_700_000_000, 1_700_000_000);
  Deno.writeTextFileSync(`${place.clone}/.git/objects/pack/tmp_pack_old`, "half");
  Deno.utimeSync(`${place.clone}/.git/objects/pack/tmp_pack_old`, 1_700_000_000, 1_700_000_000);
  Deno.writeTextFileSync(`${place.clone}/.git/objects/pack/tmp_pack_new`, "half");
  place.git("branch", "-m", "main", "trunk");
  place.git("tag", "--force", "v1", place.commit({ "appinfo.yml": "name: newer\n" }));
  const clock = {
    slept: 0,
    now: () => Date.now(),
    elapsed: () => performance.now(),
    sleep() {
      assert.ok(this.slept < 10, "waits for ever");
      if (++this.slept === 3) Deno.removeSync(`${place.clone}/.git/${fresh}`); // its git has let go
      return Promise.resolve();
    },
  };
  const { clone } = await fetchDefinition(place.system, place.wanted(), { clock });
  assert.equal(clock.slept, 3);
  const removed = old.map((name) => `Removed ${place.clone}/.git/${name}: a git that was killed had left it`);
  assert.deepEqual([...clone.warnings].sort(), removed.sort());
  const packs = Array.from(Deno.readDirSync(`${place.clone}/.git/objects/pack`), ({ name }) => name);
  assert.deepEqual(packs.filter((name) => name.startsWith("tmp_")), ["tmp_pack_new"]);
});

Deno.test("fetchDefinition() does not wait for ever where the date was set back", async () => {
  using place = await adopted();
  const lock = `${place.clone}/.git/packed-refs.lock`;
  Deno.writeTextFileSync(lock, "");
  let elapsed = 0;
  const clock = {
    now: () => 0,
    elapsed: () => elapsed,
    sleep(ms: number) {
      assert.ok((elapsed += ms) < 300_000, "waits for ever");
      return Promise.resolve();
    },
  };
  await fetchDefinition(place.system, place.wanted(), { clock });
  assert.equal(elapsed, 60_000);
  assert.equal(place.system.lstat(lock), undefined);
});

Deno.test("fetchDefinition() converges after any kill -9", async (t) => {
  using place = await adopted();
  const script = `
    import { HomeSystem } from "${import.meta.resolve("./clone_fixture.ts")}";
    import { fetchDefinition } from "${import.meta.resolve("../../src/definition/fetch.ts")}";
    console.log("begun");
    await fetchDefinition(new HomeSystem(${JSON.stringify(place.home)}), ${JSON.stringify(place.wanted())});
    setTimeout(() => {}, 60_000); // stays to be killed`;
  const head = git(place.clone, "rev-parse", "HEAD");
  for (const delayMs of [30, 60, 90, 110, 130, 150, 180]) {
    await t.step(`after ${delayMs} ms`, async () => {
      const random = crypto.getRandomValues(new Uint8Array(60_000));
      const commit = place.commit({ "templates/big": random });
      place.git("tag", `t${delayMs}`);
      const child = new Deno.Command(Deno.execPath(), {
        args: ["eval", script],
        stdout: "piped",
        stderr: "null",
      })
        .spawn();
      const reader = child.stdout.getReader();
      await reader.read();
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      child.kill("SIGKILL");
      await Promise.all([child.status, reader.cancel()]);
      // As if a minute had passed.
      const clock = { now: () => Date.now() + 61_000, elapsed: () => 0, sleep: () => Promise.resolve() };
      const fetched = await fetchDefinition(place.system, place.wanted(), { clock });
      assert.equal(fetched.clone.commit, commit);
      assert.equal(git(place.clone, "rev-parse", "HEAD"), head);
      assert.equal(git(place.clone, "rev-parse", `t${delayMs}`), commit);
      git(place.clone, "fsck", "--strict", "--no-dangling");
    });
  }
});

Deno.test("previewFetch() gives what fetchDefinition() gives, and leaves the clone byte for byte", async () => {
  using place = await adopted();
  git(place.clone, "pack-refs", "--all");
  git(place.clone, "tag", "mine");
  Deno.writeTextFileSync(`${place.clone}/appinfo.yml`, "name: edited\n"); // whose stat data git would like to refresh
  const first = place.git("rev-parse", "main");
  const commit = place.commit({ "appinfo.yml": "name: newer\n" });
  place.git("branch", "-D", "stable");
  place.git("tag", "--force", "v1", commit);
  const before = listing(place);
  const system = new ReadOnlySystem(place.system);
  const scratch = system.makeScratch();
  const previewed = await previewFetch(system, place.wanted(), scratch);
  assert.equal(listing(place), before);
  assert.equal(previewed.clone.directory, `${scratch}/fetched`);
  // Objects of both are at hand there.
  assert.equal(git(previewed.clone.directory, "rev-list", "--count", `${first}..${commit}`), "1");
  assert.ok(!place.system.ran.slice(-20).some(({ args, changes }) => changes && args.includes("fetch")));
  system.removeScratch(scratch);
  const fetched = await fetch(place);
  assert.deepEqual({ ...previewed, clone: { ...previewed.clone, directory: place.clone } }, fetched);
  assert.notEqual(listing(place), before, "the listing sees what a fetch does");
});
