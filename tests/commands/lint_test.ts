import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { CLEAN } from "../fixtures/lint/faulty.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { runPpm } from "../support/run_ppm.ts";

/** A definition without a template tag: the machine in memory has no sandbox. */
const PLAIN = {
  "appinfo.yml": 'name: hello\nversion: "1"\nmainunit: hello\nenableunits: [hello.service]\n' +
    "healthcheck: { tcp: { port: 80 } }\nplugins: { backups_none: { reason: none } }\n",
  "templates/.config/systemd/user/hello.service": CLEAN["templates/.config/systemd/user/hello.service"]!,
};

function machine(files: Readonly<Record<string, string>>): FakeSystem {
  const placed = Object.entries(files).map(([path, text]) => [`/src/hello/${path}`, text]);
  return new FakeSystem({ files: Object.fromEntries(placed) });
}

Deno.test("ppm lint ends with 0 where there are only notes, and gives up its permissions first", async () => {
  const system = machine(PLAIN);
  const { code, stdout, stderr } = await runPpm("lint /src/hello/", { system });
  strictEqual(code, 0);
  strictEqual(
    stdout,
    "note: not verified: the units and calendar expressions: this machine has no systemd-analyze\n",
  );
  strictEqual(stderr, "0 errors, 0 notes\n");
  deepStrictEqual(system.kept, { programs: ["systemd-analyze"], writes: false });
});

Deno.test("ppm lint prints every error where editors look for it, and ends with 3", async () => {
  const appinfo = PLAIN["appinfo.yml"].replace("mainunit:", "maintainer: me\nmainunit:").replace(
    "tcp:",
    "tpc:",
  );
  const { code, stdout, stderr } = await runPpm("lint /src/hello", {
    system: machine({ ...PLAIN, "appinfo.yml": appinfo }),
  });
  strictEqual(code, 3);
  match(stdout, /^appinfo\.yml:3:1: Unknown key "maintainer"\n/);
  match(stdout, /^appinfo\.yml:6:16: .*"tpc"/m);
  match(stderr, /^\d errors, 0 notes\n$/);
});

Deno.test("ppm lint --json tells programs the same", async () => {
  const system = machine({ ...PLAIN, "templates/data/x": "" });
  const { code, stdout } = await runPpm("lint --json /src/hello", { system });
  strictEqual(code, 3);
  const report = JSON.parse(stdout);
  deepStrictEqual(Object.keys(report), ["directory", "errors", "notes", "unverified", "samples"]);
  deepStrictEqual([report.directory, report.errors.length, report.errors[0].file], [
    "/src/hello",
    1,
    "templates/data/x",
  ]);
});

Deno.test("ppm lint --config takes that file's values, and blames it for what it lacks", async () => {
  const appinfo = `${PLAIN["appinfo.yml"]}variables: { domain: { type: hostname } }\n`;
  const system = machine({ ...PLAIN, "appinfo.yml": appinfo });
  system.addFile(
    "/src/config.yml",
    "definition: { repository: /srv/x }\nvariables: { domian: a.example.org }\n",
  );
  const { code, stdout } = await runPpm("lint --config /src/config.yml /src/hello", { system });
  strictEqual(code, 3);
  match(stdout, /^\/src\/config\.yml:2:14: Unknown variable "domian".* Did you mean "domain"\?$/m);
  match(stdout, /^\/src\/config\.yml:2:1: Missing variable "domain"/m);
});

Deno.test("ppm lint wants a directory", async () => {
  const { code, stderr } = await runPpm("lint");
  strictEqual(code, 2);
  match(stderr, /hint: Name the one with appinfo\.yml in it: ppm lint \./);
  strictEqual((await runPpm("lint /nowhere")).code, 2);
});
