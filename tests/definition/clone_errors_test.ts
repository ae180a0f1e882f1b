import assert from "node:assert/strict";
import { explainRemoteFailure } from "../../src/definition/clone_errors.ts";
import { ProgramError, type ProgramFailure } from "../../src/host/program_error.ts";

const SSH_ECHO =
  "fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n";

function explain(stderr: string, repository: string, failure: ProgramFailure = { kind: "exit", code: 128 }) {
  const invocation = { program: "git", args: ["ls-remote"], changes: false };
  return explainRemoteFailure(new ProgramError(invocation, failure, { stderr }), repository, "app");
}

const CASES: readonly [repository: string, stderr: string, telling: string, hint: RegExp][] = [
  [
    "git@forge.example.org:web.git",
    `No ED25519 host key is known for forge.example.org and you have requested strict checking.\r\nHost key verification failed.\r\n${SSH_ECHO}`,
    "Host key verification failed.",
    /ssh-keyscan forge\.example\.org >>/,
  ],
  [
    "ssh://git@forge.example.org:2222/web.git",
    `@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.\n${SSH_ECHO}`,
    "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @",
    /ssh-keygen -R forge\.example\.org$/,
  ],
  [
    "git@forge.example.org:web.git",
    `git@forge.example.org: Permission denied (publickey).\n${SSH_ECHO}`,
    "git@forge.example.org: Permission denied (publickey).",
    /accepts no key of this user/,
  ],
  [
    "https://forge.example.org/web.git",
    "fatal: could not read Username for 'https://forge.example.org': terminal prompts disabled\n",
    "fatal: could not read Username for 'https://forge.example.org': terminal prompts disabled",
    /~\/\.netrc.*machine forge\.example\.org login/,
  ],
  [
    "https://forge.example.org/web.git",
    "remote: Not Found\nfatal: repository 'https://forge.example.org/web.git/' not found\n",
    "fatal: repository 'https://forge.example.org/web.git/' not found",
    /definition\.repository/,
  ],
  [
    "https://forge.example.org/web.git",
    "fatal: unable to access 'https://forge.example.org/web.git/': Could not resolve host: forge.example.org\n",
    "fatal: unable to access 'https://forge.example.org/web.git/': Could not resolve host: forge.example.org",
    /getent hosts forge\.example\.org$/,
  ],
  [
    "https://forge.example.org/web.git",
    "fatal: unable to access 'https://forge.example.org/web.git/': server certificate verification failed. CAfile: none CRLfile: none\n",
    "fatal: unable to access 'https://forge.example.org/web.git/': server certificate verification failed. CAfile: none CRLfile: none",
    /update-ca-certificates/,
  ],
  [
    "ssh://git@[fd00::1]/web.git",
    `ssh: connect to host fd00::1 port 22: Connection refused\n${SSH_ECHO}`,
    "ssh: connect to host fd00::1 port 22: Connection refused",
    /whether that host answers/,
  ],
  [
    "/srv/web.git",
    `fatal: '/srv/web.git' does not appear to be a git repository\n${SSH_ECHO}`,
    "fatal: '/srv/web.git' does not appear to be a git repository",
    /definition\.repository/,
  ],
  [
    "/srv/web.git",
    "fatal: could not set 'core.repositoryformatversion' to '0'\n",
    "fatal: could not set 'core.repositoryformatversion' to '0'",
    /disk is full \(df -h ~\)/,
  ],
  ["/srv/web.git", "fatal: something new\n", "fatal: something new", /^The command was: git ls-remote$/],
];

Deno.test("explainRemoteFailure() keeps git's telling line and adds the way out", async (t) => {
  for (const [repository, stderr, telling, hint] of CASES) {
    await t.step(telling, () => {
      const error = explain(stderr, repository);
      assert.equal(error.message, `Cannot read the repository "${repository}": ${telling}`);
      assert.match(error.hint ?? "", hint);
      assert.doesNotMatch(error.hint ?? "", /\{[A-Z]+\}/);
      assert.equal(error.exit, "failed");
    });
  }
});

Deno.test("explainRemoteFailure() says how long a silent remote was waited for", () => {
  const error = explain("", "https://x.example/y", { kind: "timeout", timeoutMs: 60_000 });
  assert.equal(
    error.message,
    'Cannot read the repository "https://x.example/y": it did not answer within 60 s',
  );
});
