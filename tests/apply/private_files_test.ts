import assert from "node:assert/strict";
import { privateFiles } from "../../src/apply/private_files.ts";
import { FakeSystem } from "../support/fake_system.ts";

const DECLARED = { db: { length: 16 } };
const KEY = "ab".repeat(32);

Deno.test("privateFiles() makes what is missing, once", () => {
  const { secrets, key, actions } = privateFiles(new FakeSystem(), DECLARED, { preview: false });
  assert.match(secrets.db ?? "", /^[A-Za-z0-9]{16}$/);
  assert.equal(key.length, 32);
  const [action] = actions;
  assert.ok(action?.kind === "write-secrets");
  assert.deepEqual(action.names, ["the secret db", "the key of this instance"]);
  const system = new FakeSystem();
  for (const { path, content } of action.files) system.addFile(`/home/app/${path}`, content, 0o600);
  const again = privateFiles(system, DECLARED, { preview: false });
  assert.deepEqual([again.secrets, again.key, again.actions], [secrets, key, []]);
});

Deno.test("privateFiles() gives a preview placeholders", () => {
  const { secrets, key } = privateFiles(new FakeSystem(), DECLARED, { preview: true });
  assert.equal(secrets.db, "previewdb0000000");
  assert.deepEqual(key, new Uint8Array(32));
});

for (const content of ["", "ab", `${KEY}00`, KEY.toUpperCase()]) {
  Deno.test(`privateFiles() makes no other key in the place of a damaged one: ${JSON.stringify(content)}`, () => {
    const system = new FakeSystem({ files: { "/home/app/.ppm/key": content } });
    assert.throws(() => privateFiles(system, {}, { preview: false }), {
      message: ".ppm/key:1:1: expected 64 hexadecimal digits",
      exit: "invalid",
    });
  });
}
