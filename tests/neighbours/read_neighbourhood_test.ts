import assert from "node:assert/strict";
import { UserError } from "../../src/errors.ts";
import { readNeighbourhood } from "../../src/neighbours/read_neighbourhood.ts";
import { formatState } from "../../src/neighbours/state_file.ts";
import { FakeSystem } from "../support/fake_system.ts";

const DIRECTORY = "/var/lib/ppm/state";

function aStateFile(user: string): string {
  return formatState(
    {
      version: 1,
      instance: user.toLowerCase(),
      user,
      host: "server",
      app: { name: "web", description: "", version: "1" },
      definition: { repository: "/srv/web.git", commit: "0".repeat(40) },
      units: [],
      plugins: {},
      state: {},
      times: {},
    },
    [],
    { line: 1, column: 1 },
  );
}

/** A server on which these users have published something; their uids count from 1001. */
function aServer(...users: readonly string[]): FakeSystem {
  const system = new FakeSystem().program("cat", () => ({ stdout: "22 1 0:20 / / rw - ext4 /dev/vda rw\n" }));
  system.addFile(`${DIRECTORY}/x`, "");
  system.removeFile(`${DIRECTORY}/x`);
  system.owners.set(DIRECTORY, 0);
  users.forEach((user, at) => publish(system, user, 1001 + at));
  return system;
}

function publish(system: FakeSystem, user: string, uid: number): void {
  system.users.set(user, uid);
  system.addFile(`${DIRECTORY}/${user}/state.yml`, aStateFile(user));
  system.owners.set(`${DIRECTORY}/${user}`, uid).set(`${DIRECTORY}/${user}/state.yml`, uid);
}

/** Who is there, and what is left out. */
async function read(system: FakeSystem, directory = DIRECTORY): Promise<readonly [string[], string[]]> {
  const { applications, leftOut } = await readNeighbourhood(system, directory);
  return [applications.map(({ user }) => user), leftOut.map(({ message }) => message)];
}

Deno.test("readNeighbourhood() returns every application, sorted by user", async () => {
  assert.deepEqual(await read(aServer("web", "Zoo", "forge")), [["Zoo", "forge", "web"], []]);
});

Deno.test("readNeighbourhood() returns nothing for an empty directory, and starts no getent", async () => {
  assert.deepEqual(await read(aServer()), [[], []]);
});

Deno.test("readNeighbourhood() passes over who has published nothing yet", async () => {
  const system = aServer("forge", "web");
  system.removeFile(`${DIRECTORY}/web/state.yml`);
  assert.deepEqual(await read(system), [["forge"], []]);
});

Deno.test("readNeighbourhood() takes 2 MiB from all together, and leaves out the largest, never the small ones", async () => {
  const crowd = Array.from({ length: 70 }, (_, at) => `crowd${10 + at}`);
  const system = aServer("a", ...crowd, "z");
  for (const user of crowd) {
    const file = `${aStateFile(user)}#`;
    system.addFile(`${DIRECTORY}/${user}/state.yml`, file + "x".repeat(64 * 1024 - file.length));
  }
  const [users, leftOut] = await read(system);
  assert.deepEqual(users, ["a", ...crowd.slice(0, 31), "z"]);
  assert.deepEqual(
    leftOut,
    crowd.slice(31).map((user) =>
      `${DIRECTORY}/${user}/state.yml is left out: it is the largest of all, which have more than 2097152 bytes together`
    ),
  );
});

const LEFT_OUT: readonly [what: string, change: (system: FakeSystem) => void, message: string][] = [
  [
    "a user who was deleted",
    (system) => system.users.delete("evil"),
    "evil is left out: it is named after a user that this machine does not know",
  ],
  [
    "a uid that is another user's now",
    (system) => system.users.set("evil", 1999),
    "evil is left out: it does not belong to evil",
  ],
  [
    "an entry of somebody else",
    (system) => system.owners.set(`${DIRECTORY}/evil`, 1001),
    "evil is left out: it does not belong to evil",
  ],
  [
    "an entry that others can write to",
    (system) => system.setMode(`${DIRECTORY}/evil`, 0o777),
    "evil is left out: it can be written by others",
  ],
  [
    "an entry that a group can write to",
    (system) => system.setMode(`${DIRECTORY}/evil`, 0o775),
    "evil is left out: it can be written by others",
  ],
  [
    "an entry that root alone could enter",
    (system) => system.setMode(`${DIRECTORY}/evil`, 0o750),
    "evil is left out: it cannot be entered by others",
  ],
  ["a file instead of a directory", (system) => {
    system.removeTree(`${DIRECTORY}/evil`);
    system.addFile(`${DIRECTORY}/evil`, "");
  }, "evil is left out: it is no directory"],
  ["a link instead of a directory", (system) => {
    system.removeTree(`${DIRECTORY}/evil`);
    system.addLink(`${DIRECTORY}/evil`, `${DIRECTORY}/forge`);
  }, "evil is left out: it is no directory"],
  [
    "a file that is refused",
    (system) => system.refusals.set(`${DIRECTORY}/evil/state.yml`, "is a symbolic link"),
    "evil/state.yml is left out: it is a symbolic link",
  ],
  [
    "a file of somebody else",
    (system) => system.owners.set(`${DIRECTORY}/evil/state.yml`, 1001),
    "evil/state.yml is left out: it belongs to somebody else",
  ],
  [
    "a file that is too large",
    (system) => system.writeFile(`${DIRECTORY}/evil/state.yml`, "#".repeat(65537), 0o644),
    "evil/state.yml is left out: it has more than 65536 bytes",
  ],
  [
    "a file with something else in it",
    (system) => system.writeFile(`${DIRECTORY}/evil/state.yml`, "\x1b[2J", 0o644),
    "evil/state.yml is left out: it has a character that cannot be seen",
  ],
  [
    "a file of another user",
    (system) => system.writeFile(`${DIRECTORY}/evil/state.yml`, aStateFile("forge"), 0o644),
    "evil/state.yml is left out: it says that it is somebody else's",
  ],
];

for (const [what, change, message] of LEFT_OUT) {
  Deno.test(`readNeighbourhood() leaves out ${what}, and names it`, async () => {
    const system = aServer("forge", "evil");
    change(system);
    assert.deepEqual(await read(system), [["forge"], [`${DIRECTORY}/${message}`]]);
  });
}

for (const below of ["", "/inner", "/state.yml"]) {
  Deno.test(`readNeighbourhood() touches nothing where a file system is mounted at an entry${below}`, async () => {
    const system = aServer("forge", "evil", "evilish");
    const mount = `40 22 0:50 / ${DIRECTORY}/evil${below} rw - fuse.x x rw`;
    system.program("cat", () => ({ stdout: `22 1 0:20 / / rw - ext4 /dev/vda rw\n${mount}\n` }));
    const lstat = system.lstat.bind(system);
    system.lstat = (path) => {
      assert.ok(!path.startsWith(`${DIRECTORY}/evil/`) && path !== `${DIRECTORY}/evil`, path);
      return lstat(path);
    };
    assert.deepEqual(await read(system), [
      ["evilish", "forge"],
      [`${DIRECTORY}/evil is left out: it holds a file system of its own`],
    ]);
  });
}

Deno.test("readNeighbourhood() lets the state directory itself be a mount point", async () => {
  const system = aServer("forge");
  system.program(
    "cat",
    () => ({
      stdout: `40 22 0:50 / ${DIRECTORY} rw - ext4 x rw\n41 40 0:51 / ${DIRECTORY}/forge rw - tmpfs x rw\n`,
    }),
  );
  assert.deepEqual(await read(system), [[], [
    `${DIRECTORY}/forge is left out: it holds a file system of its own`,
  ]]);
});

Deno.test("readNeighbourhood() prints a name that no user has in one harmless line", async () => {
  const system = aServer("forge");
  const name = `\x1b[31m\n\u202e${"x".repeat(100)}`;
  system.addFile(`${DIRECTORY}/${name}/state.yml`, "");
  const { leftOut } = await readNeighbourhood(system, DIRECTORY);
  assert.equal(leftOut.length, 1);
  assert.match(leftOut[0]!.message, /^[^\p{Cc}\u202e]* is left out: it is not named after a user$/u);
  assert.match(leftOut[0]!.user, /^[^\p{Cc}\u202e]{1,65}$/u);
});

const BROKEN: readonly [what: string, change: (system: FakeSystem) => void, message: RegExp][] = [
  ["is not there", (system) => system.removeTree(DIRECTORY), /state does not exist/],
  ["is a link", (system) => {
    system.removeTree(DIRECTORY);
    system.addLink(DIRECTORY, "/tmp");
  }, /state is no directory/],
  ["is not root's", (system) => system.owners.set(DIRECTORY, 1001), /state does not belong to root/],
  [
    "can be written by others",
    (system) => system.setMode(DIRECTORY, 0o1777),
    /state can be written by others/,
  ],
];

for (const [what, change, message] of BROKEN) {
  for (const slash of ["", "/"]) {
    Deno.test(`readNeighbourhood() fails for ${DIRECTORY}${slash} that ${what}, and says what root does`, async () => {
      const system = aServer("forge");
      change(system);
      await assert.rejects(readNeighbourhood(system, DIRECTORY + slash), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /^Cannot read the state directory: /);
        assert.match(error.message, message);
        assert.match(error.hint ?? "", /^As root: install -d .* \/var\/lib\/ppm\/state$/);
        return true;
      });
    });
  }
}

Deno.test("readNeighbourhood() fails where the machine does: what cannot be read is not nothing", async () => {
  const system = aServer("forge");
  system.readForeign = () => Promise.reject(new UserError("Cannot read it: Input/output error"));
  await assert.rejects(readNeighbourhood(system, DIRECTORY), /Input\/output error/);
});
