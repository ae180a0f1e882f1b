import assert from "node:assert/strict";
import { execValue, unitValue } from "../../src/definition/unit_escape.ts";
import { bootServer, eachRelease } from "./server.ts";

const VALUES = [
  ...[
    "plain",
    "100%",
    "%h %n %%",
    "$HOME ${HOME} $$",
    "${X:-y}",
    "a\\b \\n \\x41 \\\\",
    'say "hi"',
    "it's",
    "a;b",
    "; rm -rf /",
  ],
  ...[
    "päßé 🦕",
    "  spaces  ",
    "#hash",
    "-dash",
    "@at",
    "!",
    "a=b",
    "\\",
    '"',
    "'",
    "$",
    "%",
    "tail\\",
    "`id`",
    "*?[]",
    "~",
    "&&|><",
  ],
  ...['\\"', "$$$", "%%%", "\\$", "é%$\\\"'", ""],
];

/** Keeps its arguments and its environment as they came. */
const DUMP =
  '#!/bin/sh\nprintf \'%s\\0\' "$@" >"$HOME/arguments"\ncat /proc/$$/environ >"$HOME/environment"\n';

const UNIT = [
  "[Service]",
  "Type=oneshot",
  ...VALUES.map((value, at) => `Environment="V${at}=${unitValue(value)}"`),
  `ExecStart=%h/dump ${VALUES.map((value) => `"${execValue(value)}"`).join(" ")}`,
  "",
].join("\n");

eachRelease("unitValue() and execValue() bring every value to a program as it is", async (release) => {
  await using server = await bootServer({ release });
  await server.user("app");
  await server.writeFile("dump", DUMP, { user: "app", mode: 0o755 });
  await server.writeFile(".config/systemd/user/dump.service", UNIT, { user: "app" });
  await server.run(["systemctl", "--user", "daemon-reload"], { user: "app" });
  await server.run(["systemctl", "--user", "start", "dump.service"], { user: "app" });
  assert.deepEqual((await server.readFile("/home/app/arguments")).split("\0").slice(0, -1), VALUES);
  const environment = (await server.readFile("/home/app/environment")).split("\0");
  VALUES.forEach((value, at) => assert.ok(environment.includes(`V${at}=${value}`), `V${at} is not ${value}`));
});
