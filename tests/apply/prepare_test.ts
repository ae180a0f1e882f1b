import assert from "node:assert/strict";
import { prepare } from "../../src/apply/prepare.ts";
import { checkConfig } from "../../src/config/check_config.ts";
import { FAKE_USER, FakeSystem } from "../support/fake_system.ts";

/** What to prepare with this config.yml, which everybody can read. */
function aRequest(text: string) {
  return {
    config: checkConfig(text, { file: "config.yml", user: FAKE_USER }),
    configBytes: new TextEncoder().encode(text),
    configPath: "/home/app/config.yml",
    clone: { directory: "/c", commit: "c".repeat(40), repository: "r", isNew: true, warnings: [] },
    manifest: undefined,
    registry: [],
    preview: true,
  };
}

Deno.test("prepare() reads nothing of a commit whose signature is asked for and missing", async () => {
  const system = new FakeSystem({ files: { "/home/app/signers": "" } }).program("git", () => ({ code: 1 }));
  const request = aRequest("definition: { repository: /srv/web.git, allowedsigners: signers }\n");
  await assert.rejects(prepare(system, request), /no key in \/home\/app\/signers has signed it/);
  assert.equal(system.commands.length, 1);
});

Deno.test("prepare() refuses a config.yml that others can read where a variable is a secret", async () => {
  const text = "definition: { repository: /srv/web.git }\nvariables: { token: 12345678-abc }\n";
  const appinfo = "variables: { token: { type: secret } }\n";
  const id = "a".repeat(40);
  const system = new FakeSystem({ files: { "/home/app/config.yml": text } });
  system.program("git", (args) => ({
    stdout: args.includes("ls-tree")
      ? `100644 blob ${id} ${appinfo.length}\tappinfo.yml\0`
      : `${id} blob ${appinfo.length}\n${appinfo}\n`,
  }));
  await assert.rejects(prepare(system, aRequest(text)), {
    exit: "invalid",
    message:
      'config.yml: Cannot use a file with mode 0644: others can read it, and it holds the secret variable "token"',
  });
});
