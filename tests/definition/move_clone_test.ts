import assert from "node:assert/strict";
import { finishMove, moveClone, requireCleanClone } from "../../src/definition/move_clone.ts";
import { UserError } from "../../src/errors.ts";
import { errorOf, git, MINIMAL, nobodyWorksIn, Place } from "./clone_fixture.ts";

/** A clone at the first of two commits that differ in every way files can. */
async function twoCommits(): Promise<{ place: Place; first: string; second: string }> {
  const place = new Place();
  const first = place.commit({ ...MINIMAL, "both": "1", "only/first": "1", "shape": "a file" });
  place.git("rm", "--quiet", "-r", "only", "shape");
  const second = place.commit({
    "both": "2",
    "new/second": "2",
    "shape/inner": "a directory",
    "run": "#!/bin/sh\n",
  });
  await place.adopt();
  git(place.clone, "checkout", "--quiet", "--detach", first);
  return { place, first, second };
}

/** Asserts that the clone is wholly at `commit`, and that nothing of a move is left. */
function assertAt({ clone, home }: Place, commit: string): void {
  assert.equal(git(clone, "rev-parse", "HEAD"), commit);
  assert.equal(git(clone, "status", "--porcelain", "--ignored"), "");
  assert.equal(git(clone, "diff", "HEAD"), "");
  const left = Array.from(Deno.readDirSync(`${home}/.ppm`), ({ name }) => name);
  assert.deepEqual(left, ["definition"]);
  const locks = Array.from(Deno.readDirSync(`${clone}/.git`), ({ name }) => name).filter((name) =>
    /lock$/.test(name)
  );
  assert.deepEqual(locks, []);
}

function writeMove({ home }: Place, from: string, to: string): void {
  Deno.writeTextFileSync(`${home}/.ppm/move.json`, JSON.stringify({ version: 1, from, to }));
}

/** What a killed checkout leaves: both locks, and the work tree and the index wherever it was. */
const HALVES: Readonly<Record<string, (place: Place, second: string) => void>> = {
  "nothing done": () => {},
  "files of both, the old index": ({ clone }, second) => {
    Deno.removeSync(`${clone}/only`, { recursive: true });
    Deno.removeSync(`${clone}/shape`);
    Deno.mkdirSync(`${clone}/new`);
    Deno.writeTextFileSync(`${clone}/new/second`, "ha"); // cut off
    git(clone, "cat-file", "-e", second);
  },
  "the new files and index, the old HEAD": ({ clone }, second) => {
    git(clone, "read-tree", "--reset", "-u", second);
  },
  "all but the record": ({ clone }, second) => {
    git(clone, "checkout", "--quiet", "--force", "--detach", second);
  },
  "a broken index": ({ clone }) => {
    Deno.writeTextFileSync(`${clone}/.git/index`, "DIRC");
  },
};

Deno.test("moveClone() checks a commit out, and back again", async () => {
  const { place, first, second } = await twoCommits();
  using _ = place;
  git(place.clone, "update-ref", `refs/heads/${second}`, first); // a branch that calls itself like the commit
  await moveClone(place.system, second);
  assertAt(place, second);
  assert.equal(git(place.clone, "rev-parse", "--abbrev-ref", "HEAD"), "HEAD");
  await moveClone(place.system, first);
  assertAt(place, first);
  place.system.ran.length = 0;
  await moveClone(place.system, first);
  assert.deepEqual(place.system.ran.filter(({ changes }) => changes), []);
});

Deno.test("moveClone() keeps the commit that it leaves where nothing else would", async () => {
  const { place, first, second } = await twoCommits();
  using _ = place;
  git(place.clone, "commit", "--quiet", "--allow-empty", "--message", "Mine");
  const mine = git(place.clone, "rev-parse", "HEAD");
  await moveClone(place.system, second);
  git(
    place.clone,
    "-c",
    "gc.reflogExpire=now",
    "-c",
    "gc.reflogExpireUnreachable=now",
    "gc",
    "--quiet",
    "--prune=now",
  );
  await moveClone(place.system, mine);
  assertAt(place, mine);
  await moveClone(place.system, first);
  assert.equal(
    git(place.clone, "branch", "--list"),
    "* (HEAD detached at " + first.slice(0, 7) + ")\n  main",
  );
});

Deno.test("moveClone() says what it is about before it does any of it, and goes back without going forth first", async () => {
  const { place, first, second } = await twoCommits();
  using _ = place;
  const { run } = place.system;
  place.system.run = function (invocation) {
    const { args } = invocation;
    if (!args.includes("checkout") || !args.includes(`${second}^0`)) return run.call(this, invocation);
    HALVES["files of both, the old index"]?.(place, second);
    return Promise.reject(new UserError("killed"));
  };
  await assert.rejects(moveClone(place.system, second), { message: "killed" });
  await moveClone(place.system, first);
  assertAt(place, first);
});

Deno.test("moveClone() refuses a commit that the clone does not have", async () => {
  const { place, first } = await twoCommits();
  using _ = place;
  for (const commit of ["e".repeat(40), "main", "--orphan"]) {
    const error = await errorOf(UserError, moveClone(place.system, commit));
    assert.match(error.message, /^Cannot move the clone .* it does not have it$/);
  }
  assertAt(place, first);
});

Deno.test("finishMove() brings a killed move to its end, whatever it left", async (t) => {
  for (const [name, leave] of Object.entries(HALVES)) {
    await t.step(name, async () => {
      const { place, first, second } = await twoCommits();
      using _ = place;
      writeMove(place, first, second);
      leave(place, second);
      for (const lock of ["index.lock", "HEAD.lock"]) {
        Deno.writeTextFileSync(`${place.clone}/.git/${lock}`, "");
      }
      assert.equal(await finishMove(place.system), true);
      assertAt(place, second);
      assert.equal(await finishMove(place.system), false);
    });
  }
});

Deno.test("finishMove() takes a move back that cannot be finished", async () => {
  const { place, first, second } = await twoCommits();
  using _ = place;
  writeMove(place, first, second);
  git(place.clone, "read-tree", "--reset", "-u", second);
  const run = place.system.run.bind(place.system);
  place.system.run = (invocation) =>
    invocation.args.includes("checkout") && invocation.args.includes(`${second}^0`)
      ? Promise.reject(new UserError("No space left on device"))
      : run(invocation);
  const said: string[] = [];
  assert.equal(await finishMove(place.system, { warn: (sentence) => said.push(sentence) }), true);
  assert.deepEqual(said, [
    `Left ${place.clone} at the commit ${first.slice(0, 12)}: No space left on device`,
  ]);
  assertAt(place, first);
});

Deno.test("moveClone() goes back, or elsewhere, from the middle of a killed move", async (t) => {
  for (const [name, leave] of Object.entries(HALVES)) {
    await t.step(name, async () => {
      const { place, first, second } = await twoCommits();
      using _ = place;
      const third = git(place.clone, "commit-tree", `${first}^{tree}`, "-p", second, "-m", "Third");
      for (const goal of [first, third]) {
        git(place.clone, "checkout", "--quiet", "--force", "--detach", first);
        writeMove(place, first, second);
        leave(place, second);
        Deno.writeTextFileSync(`${place.clone}/.git/index.lock`, "");
        await moveClone(place.system, goal);
        assertAt(place, goal);
      }
    });
  }
});

Deno.test("moveClone() can be killed at any moment", async (t) => {
  const { place, first, second } = await twoCommits();
  using _ = place;
  const files = Object.fromEntries(
    Array.from({ length: 400 }, (_, index) => [`many/${index}`, `${index}\n`]),
  );
  const third = place.commit(files);
  git(place.clone, "fetch", "--quiet", "origin");
  for (const delayMs of [5, 20, 40, 60, 80, 120]) {
    for (const goal of [third, second, first]) {
      await t.step(`after ${delayMs} ms, to ${[first, second, third].indexOf(goal) + 1}`, async () => {
        const script = `
          import { HomeSystem } from "${import.meta.resolve("./clone_fixture.ts")}";
          import { moveClone } from "${import.meta.resolve("../../src/definition/move_clone.ts")}";
          console.log("begun");
          await moveClone(new HomeSystem(${JSON.stringify(place.home)}), "${goal}");
          setTimeout(() => {}, 60_000); // stays to be killed`;
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
        await nobodyWorksIn(place.home);
        const clock = { now: () => Date.now() + 61_000, elapsed: () => 0, sleep: () => Promise.resolve() };
        await finishMove(place.system, { clock });
        await moveClone(place.system, goal);
        assertAt(place, goal);
        await requireCleanClone(place.system);
      });
    }
  }
});

Deno.test("finishMove() waits for whoever works in the clone, and removes a lock that is a minute old", async () => {
  const { place, first } = await twoCommits();
  using _ = place;
  const lock = `${place.clone}/.git/index.lock`;
  Deno.writeTextFileSync(lock, "");
  let slept = 0;
  const clock = {
    now: () => Date.now() + slept,
    elapsed: () => slept,
    sleep: (ms: number) => Promise.resolve(void (slept += ms)),
  };
  const said: string[] = [];
  assert.equal(await finishMove(place.system, { clock, warn: (sentence) => said.push(sentence) }), false);
  assert.deepEqual(said, [`Removed ${lock}: a git that was killed had left it`]);
  assert.ok(slept >= 59_000 && slept <= 61_000, String(slept));
  assertAt(place, first);
});

Deno.test("finishMove() forgets the move of a clone that is gone, and names a damaged record", async () => {
  const { place, first, second } = await twoCommits();
  using _ = place;
  writeMove(place, first, "--orphan");
  const error = await errorOf(UserError, finishMove(place.system));
  assert.equal(error.message, `Cannot read ${place.home}/.ppm/move.json: it is damaged`);
  place.system.removeTree(place.clone);
  await place.adopt(); // a clone made anew, that does not have the one
  writeMove(place, "e".repeat(40), second);
  assert.equal(await finishMove(place.system), true);
  assertAt(place, second);
  writeMove(place, first, second);
  place.system.removeTree(place.clone);
  assert.equal(await finishMove(place.system), false);
  assert.equal(place.system.lstat(`${place.home}/.ppm/move.json`), undefined);
});

Deno.test("requireCleanClone() names what was changed by hand", async (t) => {
  const changes: [name: string, change: (clone: string) => void, files: string][] = [
    ["edited", (clone) => Deno.writeTextFileSync(`${clone}/both`, "mine"), "both"],
    ["added", (clone) => Deno.writeTextFileSync(`${clone}/notes`, "mine"), "notes"],
    ["removed", (clone) => Deno.removeSync(`${clone}/both`), "both"],
    ["staged", (clone) => {
      Deno.writeTextFileSync(`${clone}/staged`, "mine");
      git(clone, "add", "staged");
    }, "staged"],
    ["many", (clone) => {
      for (let index = 0; index < 12; index++) Deno.writeTextFileSync(`${clone}/n${index}`, "");
    }, "n0, n1, n10, n11, n2, n3, n4, n5, n6, n7, and 2 more"],
  ];
  for (const [name, change, files] of changes) {
    await t.step(name, async () => {
      const { place } = await twoCommits();
      using _ = place;
      await requireCleanClone(place.system);
      change(place.clone);
      const error = await errorOf(UserError, requireCleanClone(place.system));
      assert.deepEqual([error.message, error.exit], [
        `Cannot move the clone ${place.clone}: files in it were changed by hand: ${files}`,
        "failed",
      ]);
      git(place.clone, "stash", "--include-untracked"); // the hint's way out
      await requireCleanClone(place.system);
    });
  }
});

Deno.test("requireCleanClone() refuses settings that would have a checkout run programs", async () => {
  const { place } = await twoCommits();
  using _ = place;
  git(place.clone, "config", "filter.x.smudge", "touch ran");
  assert.match((await errorOf(UserError, requireCleanClone(place.system))).message, /filter\.x\.smudge$/);
});
