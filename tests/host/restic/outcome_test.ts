import assert from "node:assert/strict";
import {
  classify,
  isOlder,
  lastWords,
  parseVersion,
  type ResticTrouble,
} from "../../../src/host/restic/outcome.ts";
import { printed, RELEASES, versionText } from "./fixtures.ts";

const TROUBLES: readonly (readonly [string, ResticTrouble])[] = [
  ["absent", "absent"],
  ["password", "password"],
  ["denied", "denied"],
  ["unreachable", "unreachable"],
  ["unreachable_sftp", "unreachable"],
  ["locked", "locked"],
  ["interrupted", "interrupted"],
  ["full", "full"],
  ["damaged", "damaged"],
  ["damaged_restore", "damaged"],
];

for (const release of RELEASES) {
  for (const [name, trouble] of TROUBLES) {
    Deno.test(`classify() takes restic ${release} at its word: ${name}`, () => {
      const { code, stderr } = printed(release, name);
      assert.equal(classify(parseVersion(versionText(release)), code, stderr), trouble);
      assert.equal(classify(undefined, code, stderr), trouble, "its messages say so without its version");
      assert.equal(lastWords(stderr) === "", name === "interrupted", "of its own end it need not tell");
      assert.doesNotMatch(lastWords(stderr), /[{}\n]|^Fatal/);
    });
  }
}

const NEW = { major: 0, minor: 17, patch: 1 };
const OLD = { major: 0, minor: 17, patch: 0 };

Deno.test("classify() trusts exit codes since 0.17.1, and not before", () => {
  assert.deepEqual([10, 11, 12].map((code) => classify(NEW, code, "")), ["absent", "locked", "password"]);
  assert.deepEqual([10, 11, 12].map((code) => classify(OLD, code, "")), ["unknown", "unknown", "unknown"]);
});

Deno.test("classify() takes nothing unclear for a repository that is not there", () => {
  for (
    const words of [
      "Fatal: unable to open config file: Head http://nas/config: dial tcp: lookup nas: no such host\nIs there a repository at the following location?",
      "Fatal: unable to open config file: unexpected HTTP response (503): 503 Service Unavailable\nIs there a repository",
      "Fatal: unable to open config file: stat /mnt/nas/config: input/output error\nIs there a repository",
      "Fatal: unable to open config file: Stat: The AWS Access Key Id you provided is invalid",
      "Is there a repository at the following location?",
      "",
    ]
  ) assert.notEqual(classify(undefined, 1, words), "absent", words);
});

Deno.test("classify() knows a crash, and nothing of what it does not know", () => {
  assert.equal(classify(NEW, 2, "panic: runtime error\n\ngoroutine 1 [running]:"), "panic");
  assert.equal(classify(NEW, 2, ""), "panic");
  assert.deepEqual(
    [1, 3, 4, 5, 6, 7, 8, 9, 77, 125].map((code) => classify(NEW, code, "@#!")),
    Array(10).fill("unknown"),
  );
  assert.equal(classify(OLD, 130, ""), "interrupted");
});

Deno.test("parseVersion() reads what restic says, and isOlder() compares as numbers", () => {
  assert.deepEqual(RELEASES.map((release) => parseVersion(versionText(release))?.minor), [14, 18]);
  assert.deepEqual(parseVersion("restic 0.19.1-dev (compiled manually)"), { major: 0, minor: 19, patch: 1 });
  for (const text of ["", "restic", "rustic 0.9.0", "restic unknown"]) {
    assert.equal(parseVersion(text), undefined);
  }
  assert.ok(isOlder({ major: 0, minor: 9, patch: 9 }, OLD));
  assert.ok(!isOlder(OLD, OLD));
  assert.ok(isOlder(OLD, NEW));
});

Deno.test("lastWords() prefers what ssh says to what restic makes of it", () => {
  assert.equal(
    lastWords(printed("0.14", "unreachable_sftp").stderr),
    "ssh: ssh: connect to host 127.0.0.1 port 9: Connection refused",
  );
});
