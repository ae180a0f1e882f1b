import assert from "node:assert/strict";
import { UserError } from "../../src/errors.ts";
import { openForeign, readForeign } from "../../src/host/foreign_file.ts";

const OWNER = Deno.uid() ?? 0;
const RULES = { owner: OWNER, maxBytes: 1000 };

/** Runs `use` with a path in a directory of its own. */
async function at(use: (path: string) => void | Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await use(`${directory}/state.yml`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function run(program: string, ...args: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args: [...args] }).output();
  assert.ok(success, program);
}

Deno.test("readForeign() returns the content of a file, up to exactly as much as is allowed", () =>
  at(async (path) => {
    for (const size of [0, 1, 999, 1000]) {
      await Deno.writeFile(path, new Uint8Array(size).fill(7));
      assert.deepEqual(await readForeign(path, RULES), {
        kind: "content",
        content: new Uint8Array(size).fill(7),
      });
    }
  }));

Deno.test("readForeign() knows where nothing stands", () =>
  at(async (path) => {
    assert.deepEqual(await readForeign(path, RULES), { kind: "absent" });
    await Deno.writeTextFile(path, "");
    assert.deepEqual(await readForeign(`${path}/state.yml`, RULES), { kind: "absent" });
  }));

const REFUSED: readonly [what: string, make: (path: string) => Promise<void>, why: RegExp][] = [
  ["a FIFO, without waiting for its writer", (path) => run("mkfifo", path), /not a regular file/],
  ["a directory", (path) => Deno.mkdir(path), /not a regular file/],
  ["a symbolic link", (path) => Deno.symlink("/etc/hostname", path), /symbolic link/],
  ["a symbolic link to nothing", (path) => Deno.symlink("/nothing", path), /symbolic link/],
  ["a symbolic link to itself", (path) => Deno.symlink(path, path), /symbolic link/],
  ["a file of 1 GB that takes no room", (path) => run("truncate", "-s", "1G", path), /more than 1000 bytes/],
  ["a byte too many", (path) => Deno.writeFile(path, new Uint8Array(1001)), /more than 1000 bytes/],
  [
    "a file that root alone could read, for root too",
    (path) => Deno.writeTextFile(path, "", { mode: 0o640 }),
    /cannot be read by others/,
  ],
  ["a file with a second name", async (path) => {
    await Deno.writeTextFile(`${path}.other`, "");
    await Deno.link(`${path}.other`, path);
  }, /another name/],
];

for (const [what, make, why] of REFUSED) {
  Deno.test(`readForeign() refuses ${what}`, () =>
    at(async (path) => {
      await make(path);
      const found = await readForeign(path, RULES);
      assert.equal(found.kind, "refused");
      assert.match(found.kind === "refused" ? found.why : "", why);
    }));
}

Deno.test("readForeign() refuses a socket", () =>
  at(async (path) => {
    const listener = Deno.listen({ transport: "unix", path });
    try {
      assert.deepEqual(await readForeign(path, RULES), { kind: "refused", why: "is not a regular file" });
    } finally {
      listener.close();
    }
  }));

Deno.test("readForeign() refuses a file of somebody else", () =>
  at(async (path) => {
    await Deno.writeTextFile(path, "");
    const found = await readForeign(path, { ...RULES, owner: OWNER + 1 });
    assert.deepEqual(found, { kind: "refused", why: "belongs to somebody else" });
  }));

Deno.test("readForeign() throws for what no owner can bring about", async () => {
  await assert.rejects(readForeign(`/${"a".repeat(300)}`, RULES), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /^Cannot read \/a{300}: /);
    return true;
  });
});

Deno.test("openForeign() does not wait for the writer of a FIFO that was put there after the look", () =>
  at(async (path) => {
    await run("mkfifo", path);
    for (const _ of ["in a thread of its own", "not at all"]) {
      using file = await openForeign(path);
      assert.ok(!file.statSync().isFile);
    }
    (await Deno.open(path, { write: true })).close(); // lets the thread go
    await Deno.writeTextFile(`${path}.other`, "afterwards");
    assert.equal((await readForeign(`${path}.other`, RULES)).kind, "content");
  }));
