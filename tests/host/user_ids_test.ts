import assert from "node:assert/strict";
import { isUserName, lookUpUserIds, userIdsIn } from "../../src/host/user_ids.ts";
import { FakeSystem } from "../support/fake_system.ts";

const PASSWD = "root:x:0:0:root:/root:/bin/bash\nalice:x:1001:1001::/home/alice:/bin/sh\n";

Deno.test("isUserName() takes names of users, and nothing that is an option, a path or a number", () => {
  for (const name of ["alice", "_apt", "web-app", "a.b", "alice@example.org", "9web", "A"]) {
    assert.ok(isUserName(name), name);
  }
  for (
    const name of ["", "-r", "1001", ".", "..", ".x", "a/b", "a b", "a\n", "a:b", "é", "a".repeat(65), "a\\b"]
  ) {
    assert.ok(!isUserName(name), name);
  }
});

Deno.test("userIdsIn() reads names and uids, the first of a name, and passes over what is no entry", () => {
  const text = `${PASSWD}alice:x:1:1::/:\n+::::::\nbroken\nodd:x:-1:1::/:\n`;
  assert.deepEqual([...userIdsIn(text)], [["root", 0], ["alice", 1001]]);
});

Deno.test("lookUpUserIds() asks getent once, for those alone who are not in /etc/passwd", async () => {
  const system = new FakeSystem({ files: { "/etc/passwd": PASSWD } })
    .program("getent", () => ({ code: 2, stdout: "bob@corp:*:70001:70001::/home/bob:/bin/sh\n" }));
  const names = ["alice", "bob@corp", "gone", "-s", "1001"];
  assert.deepEqual([...await lookUpUserIds(system, names)], [["alice", 1001], ["bob@corp", 70001]]);
  assert.deepEqual(system.commands, ["getent passwd bob@corp gone"]);
});

Deno.test("lookUpUserIds() takes of getent's answer only whom it was asked for", async () => {
  const system = new FakeSystem({ files: { "/etc/passwd": PASSWD } })
    .program("getent", () => ({ stdout: "other:*:7:7::/:\n" }));
  assert.deepEqual([...await lookUpUserIds(system, ["gone"])], []);
});

Deno.test("lookUpUserIds() knows the users of /etc/passwd where there is no getent", async () => {
  const system = new FakeSystem({ files: { "/etc/passwd": PASSWD } });
  assert.deepEqual([...await lookUpUserIds(system, ["alice", "gone"])], [["alice", 1001]]);
});

Deno.test("lookUpUserIds() fails where getent does: whom it could not look up is not unknown", async () => {
  const system = new FakeSystem({ files: { "/etc/passwd": PASSWD } }).program("getent", () => ({ code: 1 }));
  await assert.rejects(lookUpUserIds(system, ["gone"]), /getent/);
});
