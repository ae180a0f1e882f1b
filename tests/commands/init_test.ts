import assert from "node:assert/strict";
import { newDefinition } from "../../src/definition/new_definition.ts";
import { FAKE_USER, FakeSystem } from "../support/fake_system.ts";
import { runPpm } from "../support/run_ppm.ts";

const DIRECTORY = "/home/app/definitions/blog";

/** Returns what stands below a directory, by its path there. */
function below(system: FakeSystem, directory = DIRECTORY): Record<string, string> {
  const entries = Object.entries(system.files).filter(([path]) => path.startsWith(`${directory}/`));
  return Object.fromEntries(entries.map(([path, text]) => [path.slice(directory.length + 1), text]));
}

function expected(style: "quadlet" | "unit"): Record<string, string> {
  return Object.fromEntries(newDefinition("blog", style).map(({ path, text }) => [path, text]));
}

Deno.test("ppm init writes a definition and the directories above it, for everybody to read", async () => {
  const system = new FakeSystem();
  const { code, stdout, stderr } = await runPpm(`init ${DIRECTORY}`, { system });
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual(below(system), expected("quadlet"));
  assert.equal(system.lstat(`${DIRECTORY}/appinfo.yml`)?.mode, 0o644);
  assert.equal(system.lstat(`${DIRECTORY}/templates/.config`)?.mode, 0o755);
  assert.match(stdout, /^Made the definition of blog in \/home\/app\/definitions\/blog:\n\n {2}README\.md\n/);
  for (const path of Object.keys(below(system))) assert.ok(stdout.includes(`\n  ${path}\n`), path);
});

Deno.test("ppm init prints the next steps", async () => {
  const { stdout } = await runPpm(`init ${DIRECTORY}`);
  assert.match(
    stdout,
    /^ {2}cd \/home\/app\/definitions\/blog\n {2}ppm lint \.\n {2}git init -q -b main && git add \./m,
  );
  assert.match(stdout, /^ {4}repository: \/home\/app\/definitions\/blog$/m);
  assert.match(stdout, /^ {2}ppm setup --fresh\n {2}ppm start\n$/m);
});

Deno.test("ppm init --unit writes a plain systemd unit, and --quadlet is the default", async () => {
  const system = new FakeSystem();
  assert.equal((await runPpm(`init --unit ${DIRECTORY}`, { system })).code, 0);
  assert.deepEqual(below(system), expected("unit"));
  const other = new FakeSystem();
  assert.equal((await runPpm(`init --quadlet ${DIRECTORY}`, { system: other })).code, 0);
  assert.deepEqual(below(other), expected("quadlet"));
});

Deno.test("ppm init warns where this machine could not run what it writes, unless its author has chosen", async () => {
  const warning =
    "warning: This machine's podman has no Quadlet (podman 4.4 brings it); with --unit, the definition runs here too\n";
  const old = () => new FakeSystem().program("podman", () => ({}));
  assert.equal((await runPpm(`init ${DIRECTORY}`, { system: old() })).stderr, warning);
  assert.equal((await runPpm(`init --unit ${DIRECTORY}`, { system: old() })).stderr, "");
  assert.equal((await runPpm(`init --quadlet ${DIRECTORY}`, { system: old() })).stderr, "");
  const newer = old();
  newer.addFile("/usr/lib/systemd/user-generators/podman-user-generator", "");
  assert.equal((await runPpm(`init ${DIRECTORY}`, { system: newer })).stderr, "");
});

Deno.test("ppm init --dry-run names the files and writes none", async () => {
  const system = new FakeSystem();
  const before = system.files;
  const { code, stdout } = await runPpm(`init --dry-run ${DIRECTORY}`, { system });
  assert.equal(code, 0);
  assert.match(stdout, /^Would make the definition of blog in [^]*\n {2}appinfo\.yml\n/);
  assert.doesNotMatch(stdout, /Next/);
  assert.deepEqual(system.files, before);
  assert.equal(system.lstat("/home/app/definitions"), undefined);
});

Deno.test("ppm init takes a path as a shell's user writes it", async () => {
  for (
    const typed of [`${DIRECTORY}/`, "/home/app/./definitions//blog", "/home/app/x/../definitions/blog/."]
  ) {
    const system = new FakeSystem();
    assert.equal((await runPpm(`init ${typed}`, { system })).code, 0);
    assert.deepEqual(below(system), expected("quadlet"), typed);
  }
});

Deno.test("ppm init takes the directory that it is run in", async () => {
  const current = await Deno.makeTempDir({ prefix: "blog" });
  const [before, name] = [Deno.cwd(), "notes"];
  try {
    Deno.mkdirSync(`${current}/${name}`);
    Deno.chdir(`${current}/${name}`);
    const system = new FakeSystem();
    assert.match(
      (await runPpm("init .", { system })).stdout,
      new RegExp(`^Made the definition of ${name} in `),
    );
    assert.ok(system.files[`${Deno.cwd()}/appinfo.yml`]?.includes(`\nname: ${name}\n`));
  } finally {
    Deno.chdir(before);
    await Deno.remove(current, { recursive: true });
  }
});

Deno.test("ppm init goes into a directory that holds nothing but git's, and does not begin a repository again", async () => {
  const system = new FakeSystem({ files: { [`${DIRECTORY}/.git/HEAD`]: "ref: refs/heads/main\n" } });
  const { code, stdout } = await runPpm(`init ${DIRECTORY}`, { system });
  assert.equal(code, 0);
  assert.deepEqual(below(system), { ...expected("quadlet"), ".git/HEAD": "ref: refs/heads/main\n" });
  assert.doesNotMatch(stdout, /git init/);
});

Deno.test("ppm init changes nothing that stands", async () => {
  const taken: readonly (readonly [FakeSystem, string])[] = [
    [new FakeSystem({ files: { [`${DIRECTORY}/notes.txt`]: "mine" } }), "it is not empty"],
    [new FakeSystem({ files: { [DIRECTORY]: "mine" } }), "it is no directory"],
  ];
  for (const [system, state] of taken) {
    const before = system.files;
    const { code, stderr } = await runPpm(`init ${DIRECTORY}`, { system });
    assert.equal(code, 1);
    assert.equal(
      stderr,
      `error: Cannot make a definition in "${DIRECTORY}": ${state}\nhint: Name a directory that does not exist yet\n`,
    );
    assert.deepEqual(system.files, before);
  }
});

Deno.test("ppm init does not write through a link", async () => {
  const system = new FakeSystem();
  system.addLink(DIRECTORY, "/home/app/elsewhere");
  assert.match((await runPpm(`init ${DIRECTORY}`, { system })).stderr, /it is no directory/);
});

Deno.test("ppm init says what the name of an application must be", async () => {
  const { code, stdout, stderr } = await runPpm("init /home/app/My_Blog");
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(
    stderr,
    /^error: Cannot make a definition in "\/home\/app\/My_Blog": the application's name must be 1 to 40 lower-case [^\n]*\nhint: [^\n]*\n$/,
  );
  assert.match((await runPpm("init /")).stderr, /the application's name must be/);
});

Deno.test("ppm init keeps away from data/, which would never be restored any more, and from what is not an author's", async () => {
  for (
    const [directory, reason] of [
      ["/home/app/data", "it is the application's, and backed up"],
      ["/home/app/data/blog", "it is the application's, and backed up"],
      ["/home/app/.ppm/blog", "it is ppm's own"],
      ["/home/app/.ssh/blog", "it decides who may log in"],
    ]
  ) {
    const system = new FakeSystem();
    const { code, stderr } = await runPpm(`init ${directory}`, { system });
    assert.deepEqual([code, stderr.split("\n")[0]], [
      1,
      `error: Cannot make a definition in "${directory}": ${reason}`,
    ]);
    assert.equal(system.lstat(directory!), undefined);
  }
  assert.equal((await runPpm("init /srv/definitions/data")).code, 0);
});

Deno.test("ppm init says how it is used", async () => {
  for (
    const [line, message] of [
      ["init", "Cannot make a definition: no directory is named"],
      [
        "init --unit --quadlet blog",
        "Cannot make two kinds of unit: --quadlet and --unit exclude each other",
      ],
    ]
  ) {
    const { code, stderr } = await runPpm(line!);
    assert.deepEqual([code, stderr], [2, `error: ${message}\nhint: See: ppm help init\n`]);
  }
});

Deno.test("ppm init is not for root, whose files git would not take from another user's repository", async () => {
  const root = new FakeSystem({ user: { ...FAKE_USER, name: "root", uid: 0, gid: 0, home: "/root" } });
  assert.equal((await runPpm("init /root/blog", { system: root })).code, 2);
  assert.equal(root.lstat("/root/blog"), undefined);
});
