import { deepStrictEqual } from "node:assert/strict";
import { readQuadletVerdict, readVerdict, splitGenerated } from "../../src/plan/verdict.ts";

const staged = {
  directory: "/tmp/s/units",
  origins: new Map([
    ["web.service", "templates/.config/systemd/user/web.service.eta"],
    ["db.service", "templates/.config/systemd/user/db.service"],
    ["bad.timer", "templates/.config/systemd/user/bad.timer"],
  ]),
  units: new Map([["web.service", "web.service"], ["db.service", "db.service"], ["bad.timer", "bad.timer"]]),
  programs: new Set(["/home/app/bin/run"]),
};

Deno.test("readVerdict() names template and line of what systemd would ignore", () => {
  const stderr = "/tmp/s/units/web.service:3: Unknown key 'Fooo' in section [Unit], ignoring.\n" +
    "/tmp/s/units/db.service:8: Failed to parse service restart specifier, ignoring: alway\n";
  deepStrictEqual(readVerdict(stderr, staged).problems, [
    {
      file: "templates/.config/systemd/user/web.service.eta",
      message: "Unknown key 'Fooo' in section [Unit] (line 3 of what it renders to)",
    },
    {
      file: "templates/.config/systemd/user/db.service",
      line: 8,
      column: 1,
      message: "Failed to parse service restart specifier: alway",
    },
  ]);
});

Deno.test("readVerdict() reports what is wrong with a unit as a whole once", () => {
  const stderr =
    "bad.timer: Timer unit lacks value setting. Refusing.\nUnit bad.timer has a bad unit file setting.\n";
  deepStrictEqual(readVerdict(stderr, staged).problems, [
    {
      file: "templates/.config/systemd/user/bad.timer",
      message: "bad.timer: Timer unit lacks value setting. Refusing.",
    },
  ]);
});

Deno.test("readVerdict() accepts a program that the plan will write, and no other", () => {
  const stderr = "web.service: Command /home/app/bin/run is not executable: No such file or directory\n" +
    "db.service: Command /home/app/bin/ran is not executable: No such file or directory\n";
  const verdict = readVerdict(stderr, staged);
  deepStrictEqual(verdict.accepted, 1);
  deepStrictEqual(verdict.problems.map((problem) => problem.message), [
    "db.service: Command /home/app/bin/ran is not executable: No such file or directory",
  ]);
});

Deno.test("readVerdict() ignores what other units on the machine are scolded for", () => {
  const stderr =
    "/usr/lib/systemd/user/foreign.service:3: Unknown key 'X' in section [Unit], ignoring.\nforeign.service: bad\n";
  deepStrictEqual(readVerdict(stderr, staged), { problems: [], accepted: 0 });
});

Deno.test("readQuadletVerdict() names the template of a Quadlet file that cannot be converted", () => {
  const stderr = "quadlet-generator[1]: Loading source unit file /tmp/s/quadlet/web.container\n" +
    "quadlet-generator[1]: converting \"web.container\": unsupported key 'Foo' in group 'Container' in /tmp/s/quadlet/web.container\n" +
    'converting "db.container": no Image or Rootfs key specified\n';
  const origins = new Map([["web.container", "templates/web.container.eta"], [
    "db.container",
    "templates/db.container",
  ]]);
  deepStrictEqual(readQuadletVerdict(stderr, origins), [
    { file: "templates/web.container.eta", message: "unsupported key 'Foo' in group 'Container'" },
    { file: "templates/db.container", message: "no Image or Rootfs key specified" },
  ]);
});

Deno.test("splitGenerated() cuts Quadlet's dry run into units", () => {
  deepStrictEqual([...splitGenerated("---a.service---\n[Unit]\nX=1\n\n---b.service---\n[Unit]\n")], [
    ["a.service", "[Unit]\nX=1\n\n"],
    ["b.service", "[Unit]\n"],
  ]);
});
