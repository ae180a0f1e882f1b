import assert from "node:assert/strict";
import { requireSignature } from "../../src/definition/signature.ts";
import { FakeSystem } from "../support/fake_system.ts";

const SIGNERS = "/home/app/signers";
const CLONE = {
  directory: "/home/app/.ppm/definition",
  commit: "c".repeat(40),
  repository: "/srv/web.git",
  isNew: false,
  warnings: [],
};

Deno.test("requireSignature() passes what git has verified", async () => {
  const system = new FakeSystem({ files: { [SIGNERS]: "" } }).program("git", () => ({}));
  await requireSignature(system, CLONE, SIGNERS);
  assert.match(
    system.commands[0] ?? "",
    /-c gpg\.ssh\.program=ssh-keygen .* verify-commit --end-of-options c/,
  );
});

Deno.test("requireSignature() refuses, in git's words, what git refuses", async () => {
  const system = new FakeSystem({ files: { [SIGNERS]: "" } });
  system.program("git", () => ({ code: 1, stderr: "No principal matched.\n" }));
  await assert.rejects(requireSignature(system, CLONE, SIGNERS), {
    exit: "invalid",
    message:
      `Cannot use the commit cccccccccccc of the definition: no key in ${SIGNERS} has signed it (No principal matched.)`,
  });
});

Deno.test("requireSignature() does not ask git without a file of signers", async () => {
  const system = new FakeSystem().program("git", () => ({}));
  await assert.rejects(requireSignature(system, CLONE, SIGNERS), { exit: "invalid" });
  assert.deepEqual(system.commands, []);
});
