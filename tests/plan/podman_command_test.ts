import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { readPodman } from "../../src/plan/podman_command.ts";

/** What a command line, split at its spaces, has podman do: the verb, the options, the words. */
function read(line: string) {
  const command = readPodman(line.split(" "));
  return command && [command.verb, command.options.map(([name, value]) => `${name}=${value}`), command.words];
}

Deno.test("readPodman() tells options with a value from those without, long and short, joined and apart", () => {
  deepStrictEqual(
    read(
      "/usr/bin/podman run -dit --rm --name web -p 80:80 -p81:81 -e=A=1 --env B=2 --init=true --pull=never nginx:1 -g x",
    ),
    [
      "run",
      [
        "d=",
        "i=",
        "t=",
        "rm=",
        "name=web",
        "p=80:80",
        "p=81:81",
        "e=A=1",
        "env=B=2",
        "init=true",
        "pull=never",
      ],
      ["nginx:1", "-g", "x"],
    ],
  );
  deepStrictEqual(read("podman run -a stdout --tls-verify --read-only nginx"), [
    "run",
    ["a=stdout", "tls-verify=", "read-only="],
    ["nginx"],
  ]);
  deepStrictEqual(read("podman run -- nginx --x"), ["run", [], ["nginx", "--x"]]);
  deepStrictEqual(read("podman run --name"), ["run", ["name="], []]);
});

Deno.test("readPodman() finds the verb behind podman's own options, and its longer names", () => {
  deepStrictEqual(read("podman --log-level debug --syslog -r create nginx"), ["create", [], ["nginx"]]);
  deepStrictEqual(read("podman container run nginx"), ["run", [], ["nginx"]]);
  deepStrictEqual(read("podman image pull -q a --arch arm b"), ["pull", ["q=", "arch=arm"], ["a", "b"]]);
});

Deno.test("readPodman() takes no other program and no other verb", () => {
  for (
    const line of [
      "docker run nginx",
      "/bin/podman-compose run x",
      "podman rm run",
      "podman start x",
      "podman",
      "",
    ]
  ) {
    strictEqual(read(line), undefined, line);
  }
});
