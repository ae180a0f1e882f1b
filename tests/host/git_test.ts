import assert from "node:assert/strict";
import { git, type GitOptions } from "../../src/host/git.ts";
import { ProgramError } from "../../src/host/program_error.ts";
import { errorOf, MINIMAL, Place } from "../definition/clone_fixture.ts";

/** Runs git as ppm does, and says whether the canary was touched. */
async function sings(place: Place, args: readonly string[], options: GitOptions): Promise<boolean> {
  const canary = `${place.top}/canary`;
  try {
    await place.system.run(git(args, options));
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
  }
  return place.system.lstat(canary) !== undefined;
}

/** A script that touches the canary, and then fails or answers nonsense. */
function canary(place: Place): string {
  const script = `${place.top}/touch-canary`;
  Deno.writeTextFileSync(script, `#!/bin/sh\n: > ${place.top}/canary\n`);
  Deno.chmodSync(script, 0o755);
  return script;
}

/** Runs `test` with variables in this process's environment. */
async function withEnvironment(variables: Record<string, string>, test: () => Promise<void>): Promise<void> {
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    await test();
  } finally {
    for (const name of Object.keys(variables)) Deno.env.delete(name);
  }
}

Deno.test("git() leaves a hook alone that was planted in the clone", async () => {
  using place = new Place();
  const commit = place.commit(MINIMAL);
  const hooks = `${place.upstream}/.git/hooks`;
  Deno.mkdirSync(hooks, { recursive: true });
  Deno.copyFileSync(canary(place), `${hooks}/post-checkout`);
  const options = { directory: place.upstream, changes: true };
  assert.equal(await sings(place, ["checkout", "--detach", commit], options), false);
  place.git("checkout", "--detach", commit);
  assert.notEqual(
    place.system.lstat(`${place.top}/canary`),
    undefined,
    "the canary sings without ppm's settings",
  );
});

Deno.test("git() leaves a file system monitor alone that was planted in the clone", async () => {
  using place = new Place();
  place.commit(MINIMAL);
  place.git("config", "core.fsmonitor", canary(place));
  assert.equal(await sings(place, ["status"], { directory: place.upstream, changes: false }), false);
  place.git("status");
  assert.notEqual(
    place.system.lstat(`${place.top}/canary`),
    undefined,
    "the canary sings without ppm's settings",
  );
});

Deno.test("git() leaves an ssh command alone that was planted in the clone", async () => {
  using place = new Place();
  place.commit(MINIMAL);
  place.git("config", "core.sshCommand", canary(place));
  const options = { directory: place.upstream, changes: true };
  assert.equal(await sings(place, ["fetch", "--", "ssh://127.0.0.1:1/x"], options), false);
});

Deno.test("git() asks nobody for a password: no helper, no window, no terminal", async () => {
  for (const key of ["credential.helper", "core.askPass"]) {
    using place = new Place();
    place.commit(MINIMAL);
    place.git("config", key, canary(place));
    const stdin = "protocol=https\nhost=git.example.org\n\n";
    const options = { directory: place.upstream, changes: true, stdin };
    assert.equal(await sings(place, ["credential", "fill"], options), false, key);
    const error = await errorOf(ProgramError, place.system.run(git(["credential", "fill"], options)));
    assert.match(
      error.stderr,
      /could not read Username for 'https:\/\/git\.example\.org': terminal prompts disabled/,
    );
  }
});

Deno.test("git() refuses a password in a URL, where every process list would show it", async () => {
  using place = new Place();
  const args = ["clone", "--", "https://me:sesame@127.0.0.1:1/x", `${place.top}/made`];
  const error = await errorOf(ProgramError, place.system.run(git(args, { changes: true })));
  assert.match(error.stderr, /uses plaintext credentials/);
  assert.doesNotMatch(error.stderr, /sesame/);
});

Deno.test("git() does not run what stands where a URL is expected", async () => {
  using place = new Place();
  place.commit(MINIMAL);
  const script = canary(place);
  for (
    const url of [
      `--upload-pack=${script}`,
      `-u${script}`,
      `ext::${script}`,
      `ssh://-oProxyCommand=${script}/x`,
      `-oProxyCommand=${script}:x`,
      `fd::0`,
      `git://127.0.0.1:1/x`,
      `http://127.0.0.1:1/x`,
      `ftp://127.0.0.1:1/x`,
    ]
  ) {
    for (const args of [["ls-remote", "--", url], ["clone", "--", url, `${place.top}/made`]]) {
      const options = { changes: true, allowLocal: true, directory: place.upstream };
      assert.equal(await sings(place, args, options), false, args.join(" "));
      await errorOf(ProgramError, place.system.run(git(args, options)));
    }
  }
  await place.system.run({
    program: "git",
    args: ["ls-remote", `--upload-pack=${script}`, place.upstream],
    changes: true,
    accept: [0, 128],
  });
  assert.notEqual(
    place.system.lstat(`${place.top}/canary`),
    undefined,
    "the canary sings where nothing keeps options out",
  );
});

Deno.test("git() reads a path on this machine only where that is allowed", async () => {
  using place = new Place();
  place.commit(MINIMAL);
  for (const url of [place.upstream, `file://${place.upstream}`]) {
    const error = await errorOf(
      ProgramError,
      place.system.run(git(["ls-remote", "--", url], { changes: false })),
    );
    assert.match(error.stderr, /transport 'file' not allowed/);
    const { stdout } = await place.system.run(
      git(["ls-remote", "--", url], { changes: false, allowLocal: true }),
    );
    assert.match(stdout, /refs\/heads\/main/);
  }
});

Deno.test("git() hears nothing of the GIT_ variables in ppm's environment", async () => {
  using place = new Place();
  const commit = place.commit(MINIMAL);
  const script = canary(place);
  await withEnvironment({
    GIT_DIR: "/nonexistent",
    GIT_WORK_TREE: "/nonexistent",
    GIT_ALLOW_PROTOCOL: "ext",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "core.fsmonitor",
    GIT_CONFIG_VALUE_0: script,
    GIT_SSH: script,
    GIT_SSH_COMMAND: script,
    GIT_PROXY_COMMAND: script,
    GIT_EXTERNAL_DIFF: script,
    GIT_ASKPASS: script,
    SSH_ASKPASS: script,
    GIT_EXEC_PATH: "/nonexistent",
    GIT_TRACE: `${place.top}/trace`,
  }, async () => {
    const options = { directory: place.upstream, changes: false };
    assert.equal(await sings(place, ["status"], options), false);
    assert.equal(await sings(place, ["ls-remote", "--", `ext::${script}`], options), false);
    assert.equal(await sings(place, ["ls-remote", "--", "ssh://127.0.0.1:1/x"], options), false);
    const { stdout } = await place.system.run(git(["rev-parse", "HEAD"], options));
    assert.equal(stdout.trim(), commit);
    assert.equal(place.system.lstat(`${place.top}/trace`), undefined);
  });
});

Deno.test("git() ignores ~/.gitconfig, which could redirect any URL", async () => {
  using place = new Place();
  place.commit(MINIMAL);
  Deno.writeTextFileSync(
    `${place.home}/.gitconfig`,
    `[url "/nonexistent"]\n\tinsteadOf = ${place.upstream}\n`,
  );
  await place.system.run(git(["ls-remote", "--", place.upstream], { changes: false, allowLocal: true }));
});

Deno.test("git() looks for a repository neither above the directory nor in files that pose as one", async () => {
  using place = new Place();
  place.commit(MINIMAL);
  const within = `${place.upstream}/templates`;
  await errorOf(
    ProgramError,
    place.system.run(git(["rev-parse", "HEAD"], { directory: within, changes: false })),
  );
  const bare = `${place.top}/bare`;
  place.git("clone", "--quiet", "--bare", ".", bare);
  await errorOf(
    ProgramError,
    place.system.run(git(["rev-parse", "HEAD"], { directory: bare, changes: false })),
  );
});

Deno.test("git() reads no object in another's place, and takes no lock to look", async () => {
  using place = new Place();
  const commit = place.commit(MINIMAL);
  const other = place.commit({ "appinfo.yml": "name: other\n" });
  place.git("replace", commit, other);
  const options = { directory: place.upstream, changes: false };
  const { stdout } = await place.system.run(git(["show", `${commit}:appinfo.yml`], options));
  assert.equal(stdout, MINIMAL["appinfo.yml"]);
  const index = `${place.upstream}/.git/index`;
  Deno.utimeSync(`${place.upstream}/appinfo.yml`, 1, 1); // git would note in the index that it looked
  const before = Deno.statSync(index).ino;
  await place.system.run(git(["status"], options));
  assert.equal(Deno.statSync(index).ino, before);
  Deno.writeTextFileSync(`${index}.lock`, "");
  await place.system.run(git(["status"], options));
});

Deno.test("git() gives up on a server that accepts and then says nothing, and leaves nobody waiting", async () => {
  using place = new Place();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  const url = `https://127.0.0.1:${listener.addr.port}/x`;
  const started = performance.now();
  const error = await errorOf(
    ProgramError,
    place.system.run(git(["ls-remote", "--", url], { changes: false, timeoutMs: 500 })),
  );
  assert.deepEqual(error.failure, { kind: "timeout", timeoutMs: 500 });
  assert.ok(performance.now() - started < 8_000);
  (await accepted).close();
});
