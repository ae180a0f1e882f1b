import assert from "node:assert/strict";
import { passwdEntry } from "../../src/host/user.ts";

const PASSWD = `root:x:0:0:root:/root:/bin/bash
broken
nobody:x:65534:65534:nobody:nonexistent:/usr/sbin/nologin
app:x:1000:1001:The application,,,:/home/app/:/bin/bash
`;

Deno.test("passwdEntry() finds a user by its id", () => {
  assert.deepEqual(passwdEntry(PASSWD, 1000), {
    name: "app",
    uid: 1000,
    gid: 1001,
    home: "/home/app",
    runtimedirectory: "/run/user/1000",
  });
  assert.equal(passwdEntry(PASSWD, 0)?.home, "/root");
});

Deno.test("passwdEntry() knows nobody without an entry or an absolute home directory", () => {
  assert.equal(passwdEntry(PASSWD, 1001), undefined);
  assert.equal(passwdEntry(PASSWD, 65534), undefined);
});
