import assert from "node:assert/strict";
import fc from "fast-check";
import type { SourceFile } from "../../src/definition/definition.ts";
import { mapDestinations } from "../../src/definition/destination.ts";

function source(path: string): SourceFile {
  return { path, content: new Uint8Array(), executable: false };
}

function map(...paths: string[]) {
  return mapDestinations(paths.map(source), { mainunit: "forgejo", reserved: [".restic-password"] });
}

function reasons(...paths: string[]): string[] {
  return map(...paths).problems.map(({ file, message }) =>
    `${file}: ${message.replace("Cannot place this file: ", "")}`
  );
}

Deno.test("mapDestinations() renders what ends in .eta and copies the rest", () => {
  const { destinations, problems } = map(
    ".config/systemd/user/forgejo.service.eta",
    ".config/containers/systemd/db.container",
    "bin/run.eta.eta",
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(destinations.map(({ path, rendered }) => [path, rendered]), [
    [".config/systemd/user/forgejo.service", true],
    [".config/containers/systemd/db.container", false],
    ["bin/run.eta", true],
  ]);
});

const ADMITTED = [
  "a",
  "A",
  "data2/x",
  "database.yml",
  "config.yml.d/x",
  "x/config.yml",
  "x/data/y",
  "x/.ssh/y",
  ".sshd",
  ".profiles/x",
  ".config/containers/containers.conf",
  ".config/systemd/user/forgejo.service",
  ".config/systemd/user/forgejo.service.d/own.conf",
  ".config/systemd/user/my-ppm-x.service",
  ".config/systemd/user/dev-disk-by\\x2dlabel.mount",
  ".local/bin/tool",
  ".cache/other",
  "späße/ü",
];

for (const path of ADMITTED) {
  Deno.test(`mapDestinations() admits ${path}`, () => assert.deepEqual(reasons(path), []));
}

const REFUSED: readonly [string, RegExp][] = [
  ["", /no name/],
  [".eta", /no name/],
  ["a/.eta", /no name/],
  ["..", /leads elsewhere/],
  ["../x", /leads elsewhere/],
  ["a/../../x", /leads elsewhere/],
  ["a/..", /leads elsewhere/],
  ["...eta", /leads elsewhere/],
  ["./a", /leads elsewhere/],
  ["a/./b", /leads elsewhere/],
  ["/etc/passwd", /leads elsewhere/],
  ["//x", /leads elsewhere/],
  ["a//b", /leads elsewhere/],
  ["a/", /no name/],
  ["a\\b", /backslash/],
  ["..\\x", /backslash/],
  ["a\nb", /control character/],
  ["a\0b", /control character/],
  ["a\u001bb", /control character/],
  ["a\u007fb", /control character/],
  ["a\u202eb", /invisible/],
  ["a\u2028b", /invisible/],
  ["a\ud800", /not UTF-8/],
  ["x".repeat(256), /255 bytes/],
  ["ü".repeat(128), /255 bytes/],
  ["x".repeat(238), /237 bytes/],
  ["a/".repeat(1600) + "b", /3072 bytes/],
  ["data", /application's/],
  ["data/x.eta", /application's/],
  ["data.before-1/x", /keeps data aside/],
  [".ppm/key", /ppm's own/],
  [".ppm", /ppm's own/],
  [".cache/ppm/x/ppm", /ppm's own/],
  ["config.yml", /administrator's/],
  ["config.yml.eta", /administrator's/],
  [".ssh/authorized_keys", /who may log in/],
  [".ssh", /who may log in/],
  [".rhosts", /who may log in/],
  [".bashrc", /logs in/],
  [".profile.eta", /logs in/],
  [".bash_profile", /logs in/],
  [".bash_logout", /logs in/],
  [".zshrc", /logs in/],
  [".zshenv", /logs in/],
  [".config/fish/config.fish", /logs in/],
  [".config/environment.d/x.conf", /logs in/],
  [".pam_environment", /logs in/],
  [".forward", /logs in/],
  [".netrc", /git/],
  [".gitconfig", /git/],
  [".config/git/config", /git/],
  [".git-credentials", /git/],
  [".gnupg/gpg.conf", /git/],
  [".restic-password", /config\.yml names it/],
  [".config", /directory/],
  [".config/systemd/user", /directory/],
  [".x.ppm-new", /before they are whole/],
  [".config/systemd/user/forgejo.target", /that unit is ppm's own/],
  [".config/systemd/user/forgejo.target.eta", /that unit is ppm's own/],
  [".config/systemd/user/forgejo.target.d/x.conf", /that unit is ppm's own/],
  [".config/systemd/user/forgejo.target.wants/x.service", /that unit is ppm's own/],
  [".config/systemd/user/ppm-backup.service", /that unit is ppm's own/],
  [".config/systemd/user/ppm-backup.timer", /that unit is ppm's own/],
  [".config/systemd/user/ppm-neighbours.path", /that unit is ppm's own/],
  [".config/systemd/user/ppm-backup.service.d/x.conf", /that unit is ppm's own/],
  [".config/systemd/user.control/ppm-backup.service", /that unit is ppm's own/],
  [".local/share/systemd/user/ppm-backup.service.d/x.conf", /that unit is ppm's own/],
  [".config/systemd/user/forgejo.service.d/ppm.conf", /drop-in is ppm's own/],
  [".config/containers/systemd/ppm-backup.container", /ppm-…/],
];

for (const [path, reason] of REFUSED) {
  const shown = JSON.stringify(path.length > 40 ? `${path.slice(0, 40)}…` : path);
  Deno.test(`mapDestinations() refuses ${shown}`, () => {
    const { destinations, problems } = map(path);
    assert.deepEqual(destinations, []);
    assert.equal(problems.length, 1);
    assert.match(problems[0]!.message, reason);
  });
}

Deno.test("mapDestinations() names both of two sources for one destination", () => {
  assert.deepEqual(reasons("a", "a.eta"), ["templates/a.eta: templates/a goes to the same place, ~/a"]);
});

Deno.test("mapDestinations() refuses a file where another source needs a directory, in either order", () => {
  const expected = ["templates/a/b/c: templates/a.eta makes ~/a a file, so nothing can stand below it"];
  assert.deepEqual(reasons("a.eta", "a/b/c"), expected);
  assert.deepEqual(reasons("a/b/c", "a.eta"), expected);
});

Deno.test("mapDestinations() tells names that differ in case only apart", () => {
  assert.deepEqual(reasons("a", "A", "Data/x"), []);
});

Deno.test("mapDestinations() reports every problem, and shows no control character", () => {
  const { problems } = map(".bashrc", "ok", "a\u001b[2J");
  assert.deepEqual(problems.map(({ file }) => file), ["templates/.bashrc", "templates/a\\u{1b}[2J"]);
});

Deno.test("mapDestinations() lets nothing out of the home directory, whatever the path", () => {
  const part = fc.constantFrom(
    "..",
    ".",
    "",
    "a",
    "data",
    ".ssh",
    ".eta",
    "..eta",
    "\\",
    "\0",
    "b.eta",
    ".ppm",
    "config.yml",
  );
  fc.assert(fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
    for (const { path } of map(parts.join("/")).destinations) {
      assert.equal(new URL(path, "file:///home/u/").pathname, `/home/u/${path}`);
      assert.doesNotMatch(path, /^(data|\.ppm|\.ssh|config\.yml)(\/|$)/);
    }
  }));
});
