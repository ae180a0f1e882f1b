import assert from "node:assert/strict";
import { permissionFlags, permittedVariables } from "../../tools/permissions.ts";

Deno.test("permissionFlags() writes all, some, and all but some", () => {
  const set = {
    read: true,
    write: { allow: true, deny: ["/etc", "/usr"] },
    run: ["git", "podman"],
    net: ["[::1]"],
  };
  assert.deepEqual(permissionFlags(set), [
    "--allow-read",
    "--allow-write",
    "--deny-write=/etc,/usr",
    "--allow-run=git,podman",
    "--allow-net=[::1]",
  ]);
});

Deno.test("permissionFlags() gives nothing for what is refused", () => {
  assert.deepEqual(permissionFlags({ ffi: false, import: false, env: [], sys: {} }), []);
});

Deno.test("permissionFlags() refuses what a flag cannot say rather than leaving it out", () => {
  assert.throws(() => permissionFlags({ env: { allow: ["A"], ignore: ["B"] } as never }), /"env.ignore"/);
  assert.throws(() => permissionFlags({ write: ["/a,/etc"] }), /cannot hold it/);
  assert.throws(() => permissionFlags({ write: ["/it's"] }), /cannot hold it/);
});

Deno.test("permittedVariables() wants a list of names", () => {
  assert.deepEqual(permittedVariables({ env: ["TERM"] }), ["TERM"]);
  assert.throws(() => permittedVariables({ env: true }), TypeError);
});
