import assert from "node:assert/strict";
import { readConfig, requirePrivate } from "../../src/config/config.ts";
import { InvalidError, UserError } from "../../src/errors.ts";
import type { FileStat } from "../../src/host/system.ts";
import { FakeSystem } from "../support/fake_system.ts";

const PATH = "/home/app/config.yml";
const PLAIN = "definition: { repository: /srv/x.git }\n";
const SECRET = `${PLAIN}backup: { repository: /srv/restic, passwordfile: p, environment: { KEY: s3cret } }\n`;

/** A machine whose config.yml has the owner and mode that a test says. */
class Owned extends FakeSystem {
  stat: Partial<FileStat> = {};

  override lstat(path: string): FileStat | undefined {
    const stat = super.lstat(path);
    return stat && (path === PATH ? { ...stat, ...this.stat } : stat);
  }
}

function machine(content: string, stat: Partial<FileStat> = {}): Owned {
  const system = new Owned({ files: { [PATH]: content } });
  system.stat = stat;
  return system;
}

function refusal(action: () => unknown): { message: string; hint: string | undefined } {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof InvalidError, String(error));
    return { message: error.message, hint: error.hint };
  }
  return assert.fail("nothing was refused");
}

Deno.test("readConfig() returns the config and the bytes it was read from", () => {
  const { config, bytes } = readConfig(machine(PLAIN), PATH);
  assert.equal(config.definition.repository, "/srv/x.git");
  assert.equal(new TextDecoder().decode(bytes), PLAIN);
});

Deno.test("readConfig() names the file as a person knows it", () => {
  const system = new FakeSystem({ files: { [PATH]: "x: 1\n", "/etc/ppm/app.yml": "x: 1\n" } });
  assert.match(refusal(() => readConfig(system, PATH)).message, /^config\.yml:1:1: /);
  assert.match(refusal(() => readConfig(system, "/etc/ppm/app.yml")).message, /^\/etc\/ppm\/app\.yml:1:1: /);
});

Deno.test("readConfig() shows what to write where there is no config.yml", () => {
  const { message, hint } = refusal(() => readConfig(new FakeSystem(), PATH));
  assert.equal(message, "config.yml: Cannot read /home/app/config.yml: it does not exist");
  assert.match(hint ?? "", /\n {2}definition:\n {4}repository: https:/);
  readConfig(machine(`${hint?.split("\n\n")[1]}\n`), PATH);
});

Deno.test("readConfig() refuses a directory and a link", () => {
  const system = new FakeSystem({ files: { [`${PATH}/x`]: "" } });
  assert.equal(
    refusal(() => readConfig(system, PATH)).message,
    "config.yml: Cannot read /home/app/config.yml: it is a directory",
  );
  const linked = new FakeSystem({ files: { "/etc/config.yml": PLAIN } });
  linked.addLink(PATH, "/etc/config.yml");
  assert.equal(
    refusal(() => readConfig(linked, PATH)).message,
    "config.yml: Cannot read /home/app/config.yml: it is a symbolic link",
  );
});

Deno.test("readConfig() says why a file cannot be read, as an invalid config", () => {
  const system = machine(PLAIN);
  system.readFile = () => {
    throw new UserError("Cannot read /home/app/config.yml: Permission denied", { hint: "ls -ld" });
  };
  assert.deepEqual(refusal(() => readConfig(system, PATH)), {
    message: "config.yml: Cannot read /home/app/config.yml: Permission denied",
    hint: "ls -ld",
  });
});

Deno.test("readConfig() refuses a file of another user", () => {
  assert.deepEqual(refusal(() => readConfig(machine(PLAIN, { uid: 1234 }), PATH)), {
    message: "config.yml: Cannot trust /home/app/config.yml: it belongs to uid 1234",
    hint: "As root: chown app /home/app/config.yml",
  });
});

Deno.test("readConfig() takes a file of root that this user can read", () => {
  readConfig(machine(PLAIN, { uid: 0, gid: 0, mode: 0o644 }), PATH);
  readConfig(machine(SECRET, { uid: 0, gid: 1000, mode: 0o640 }), PATH);
});

for (const mode of [0o664, 0o646, 0o620, 0o602]) {
  Deno.test(`readConfig() refuses mode ${mode.toString(8)}, with which others can change the file`, () => {
    assert.deepEqual(refusal(() => readConfig(machine(PLAIN, { mode }), PATH)), {
      message: `config.yml: Cannot trust a file with mode 0${mode.toString(8)}: others can change it`,
      hint: "chmod go-w /home/app/config.yml",
    });
  });
}

for (const mode of [0o644, 0o640, 0o604, 0o610, 0o601]) {
  Deno.test(`readConfig() refuses mode ${mode.toString(8)} for a file with a secret`, () => {
    assert.deepEqual(refusal(() => readConfig(machine(SECRET, { mode }), PATH)), {
      message: `config.yml: Cannot use a file with mode 0${
        mode.toString(8)
      }: others can read it, and it holds the credentials of backup.environment`,
      hint: "chmod 600 /home/app/config.yml",
    });
  });
}

Deno.test("readConfig() tells root what to do about a file of root with a secret", () => {
  assert.equal(
    refusal(() => readConfig(machine(SECRET, { uid: 0, gid: 0, mode: 0o644 }), PATH)).hint,
    "As root: chown app /home/app/config.yml && chmod 600 /home/app/config.yml",
  );
  refusal(() => readConfig(machine(SECRET, { uid: 0, gid: 0, mode: 0o640 }), PATH));
});

Deno.test("readConfig() takes mode 600 and 400 for a file with a secret, and 644 for one without", () => {
  readConfig(machine(SECRET, { mode: 0o600 }), PATH);
  readConfig(machine(SECRET, { mode: 0o400 }), PATH);
  readConfig(machine(PLAIN, { mode: 0o644 }), PATH);
});

Deno.test("requirePrivate() refuses what readConfig() lets pass once a variable is a secret", () => {
  requirePrivate(machine(PLAIN, { mode: 0o600 }), PATH, 'the secret variable "token"');
  assert.equal(
    refusal(() => requirePrivate(machine(PLAIN, { mode: 0o644 }), PATH, 'the secret variable "token"'))
      .message,
    'config.yml: Cannot use a file with mode 0644: others can read it, and it holds the secret variable "token"',
  );
});
