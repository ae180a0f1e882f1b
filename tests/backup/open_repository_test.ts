import assert from "node:assert/strict";
import { openRepository, requireBackupConfig } from "../../src/backup/open_repository.ts";
import { checkConfig } from "../../src/config/check_config.ts";
import { InvalidError } from "../../src/errors.ts";
import { Output } from "../../src/ui/output.ts";
import { FAKE_USER, FakeSystem } from "../support/fake_system.ts";
import { MemorySink } from "../support/terminal.ts";

const BACKUP = {
  repository: "rest:https://me:s3cret-word@nas/web",
  passwordfile: "/home/app/.restic-password",
  environment: { AWS_KEY: "key-of-aws" },
  prune: undefined,
};

function open(system: FakeSystem, backup = BACKUP) {
  const stdout = new MemorySink();
  const output = new Output({ stdout, stderr: new MemorySink() });
  return { repository: openRepository({ system, output }, backup, { unshare: true }), output, stdout };
}

function invalid(system: FakeSystem, message: RegExp, hint: RegExp) {
  assert.throws(() => open(system), (error) => {
    assert.ok(error instanceof InvalidError);
    assert.match(error.message, message);
    assert.match(error.hint ?? "", hint);
    return true;
  });
}

Deno.test("openRepository() hands on what config.yml says, and prints none of its secrets", () => {
  const system = new FakeSystem();
  system.addFile(BACKUP.passwordfile, "x", 0o600);
  const { repository, output, stdout } = open(system);
  assert.deepEqual(repository.access, {
    repository: BACKUP.repository,
    passwordfile: BACKUP.passwordfile,
    environment: BACKUP.environment,
    unshare: true,
  });
  output.print("s3cret-word key-of-aws");
  assert.ok(!/s3cret-word|key-of-aws/.test(stdout.text), stdout.text);
});

Deno.test("openRepository() refuses a password file that is missing, a link, or open to others", () => {
  invalid(new FakeSystem(), /^config\.yml: backup\.passwordfile: .* does not exist$/, /install -m 600/);
  const linked = new FakeSystem({ files: { "/home/app/elsewhere": "x" } });
  linked.addLink(BACKUP.passwordfile, "/home/app/elsewhere");
  invalid(linked, /is not a regular file$/, /Put the file itself there/);
  for (const mode of [0o640, 0o604, 0o602]) {
    const open = new FakeSystem();
    open.addFile(BACKUP.passwordfile, "x", mode);
    invalid(open, /has mode 06\d\d: others can use it/, /^chmod 600 /);
  }
});

Deno.test("openRepository() refuses a password file of somebody else", () => {
  class Foreign extends FakeSystem {
    override lstat(path: string) {
      const stat = super.lstat(path);
      return stat && { ...stat, uid: 0 };
    }
  }
  const system = new Foreign();
  system.addFile(BACKUP.passwordfile, "x", 0o600);
  invalid(system, /belongs to uid 0$/, /^As root: chown app /);
});

Deno.test("requireBackupConfig() names the key that is missing, with an example", () => {
  const config = checkConfig('definition: { repository: "https://git.example.org/web.git" }\n', {
    file: "config.yml",
    user: FAKE_USER,
  });
  assert.throws(() => requireBackupConfig(config), (error) => {
    assert.ok(error instanceof InvalidError);
    assert.match(error.message, /^config\.yml: Missing key "backup"/);
    assert.match(error.hint ?? "", /^ {2}backup:\n {4}repository: /m);
    return true;
  });
});
