import assert from "node:assert/strict";
import { prepare } from "../../src/apply/prepare.ts";
import { checkConfig } from "../../src/config/check_config.ts";
import { FakeSystem } from "../support/fake_system.ts";

Deno.test("prepare() reads nothing of a commit whose signature is asked for and missing", async () => {
  const text = "definition: { repository: /srv/web.git, allowedsigners: signers }\n";
  const system = new FakeSystem({ files: { "/home/app/signers": "" } });
  system.program("git", () => ({ code: 1 }));
  const clone = { directory: "/c", commit: "c".repeat(40), repository: "r", isNew: true, warnings: [] };
  const request = {
    config: checkConfig(text, { file: "config.yml", user: system.user }),
    configBytes: new TextEncoder().encode(text),
    configPath: "/home/app/config.yml",
    clone,
    manifest: undefined,
    registry: [],
    preview: true,
  };
  await assert.rejects(prepare(system, request), /no key in \/home\/app\/signers has signed it/);
  assert.equal(system.commands.length, 1);
});
