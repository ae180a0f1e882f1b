import assert from "node:assert/strict";
import { fits, readSteps } from "./servers/session.ts";

Deno.test("readSteps() reads files, commands of several lines, and what they print", () => {
  const page = [
    "Write `~/not/this` and then:",
    "",
    "`~/config.yml` says it:",
    "",
    "```yaml",
    "a: 1",
    "```",
    "",
    "```console",
    "root@server:~# echo a \\",
    "  b",
    "a b",
    "app@server:~$ true",
    "```",
    "",
    "Debian 12 besides:",
    "",
    "```console",
    "app@server:~$ true",
    "```",
    "",
    "`~web/a` (Debian 13)",
    "",
    "```",
    "```",
    "",
    "```console",
    "app@other:~$ true",
    "```",
    "",
    "```sh",
    "not run",
    "```",
    "",
    "`/etc/motd`",
    "",
    "```",
    "hello",
    "```",
    "",
    "```console",
    "root@server:~# true",
    "```",
  ].join("\n");
  const all = { release: undefined, host: "server" };
  assert.deepEqual(readSteps(page), [
    { kind: "file", line: 5, ...all, user: "app", path: "config.yml", content: "a: 1\n" },
    { kind: "command", line: 10, ...all, user: "root", command: "echo a \\\n  b", shown: ["a b"] },
    { kind: "command", line: 13, ...all, user: "app", command: "true", shown: [] },
    { kind: "command", line: 19, ...all, release: "bookworm", user: "app", command: "true", shown: [] },
    { kind: "file", line: 24, release: "trixie", host: "other", user: "web", path: "a", content: "\n" },
    { kind: "command", line: 28, ...all, host: "other", user: "app", command: "true", shown: [] },
    { kind: "file", line: 37, ...all, user: "root", path: "/etc/motd", content: "hello\n" },
    { kind: "command", line: 42, ...all, user: "root", command: "true", shown: [] },
  ]);
});

Deno.test("fits() takes … for a part of a line, or for lines, and nothing else for anything else", () => {
  assert.ok(fits(["since … ago", "…", "end  of"], "since 3 s ago\nx\ny\nend of\n"));
  assert.ok(fits(["a", "…"], "a\n"));
  assert.ok(fits(["…"], "10%\r20%\n"));
  assert.ok(fits([], "\n"));
  assert.ok(fits(["a.b", ""], "a.b\n"));
  assert.ok(!fits(["a.b"], "axb\n"));
  assert.ok(!fits(["a"], "a\nb\n"));
  assert.ok(!fits([], "a\n"));
  assert.ok(!fits(["a"], ""));
  assert.ok(!fits(["a … c"], "a\nc\n"));
});
