/**
 * What a start costs, without timing anything: Deno loads node's modules, timers, locale data and the like when they are first
 * used, and says so under DENO_LOG_LAZY_LOAD. The quick verbs load none of it, and none of the large packages.
 */
import assert from "node:assert/strict";
import { aManifest, aUnit, shown } from "./support/manifest.ts";

const REPOSITORY = new URL("..", import.meta.url).pathname;

/** What the first Deno.Command of a process loads, measured with Deno 2.9; nothing can be run without it. */
const COST_OF_A_PROGRAM = [
  "ext:deno_fetch/21_formdata.js",
  "ext:deno_fetch/22_body.js",
  "ext:deno_process/40_process.js",
  "ext:deno_web/01_mimesniff.js",
  "ext:deno_web/02_structured_clone.js",
  "ext:deno_web/06_streams.js",
];

const scratch = await Deno.makeTempDir({ prefix: "ppm-startup-" });
Deno.test.afterAll(() => Deno.remove(scratch, { recursive: true }));

let bundled: string | undefined;

/** Bundles the program once, as the build does, together with the entry that has a home of its own. */
async function bundle(): Promise<string> {
  if (bundled !== undefined) return bundled;
  const to = `${scratch}/bundle`;
  const flags = [
    "-q",
    "--minify",
    "--keep-names",
    "--platform",
    "browser",
    "--code-splitting",
    "--outdir",
    to,
  ];
  const { code, stderr } = await deno(
    ["bundle", ...flags, "src/main.ts", "tests/support/status_entry.ts"],
    {},
  );
  assert.equal(code, 0, stderr);
  return bundled = to;
}

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The modules that were loaded lazily, sorted. */
  readonly lazy: readonly string[];
}

async function deno(args: readonly string[], env: Record<string, string>): Promise<Run> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: REPOSITORY,
    env: { NO_COLOR: "1", ...env },
  });
  const { code, stdout, stderr } = await command.output();
  const lines = new TextDecoder().decode(stderr).split("\n");
  const isLazy = (line: string) => line.startsWith("[lazy]");
  return {
    code,
    stdout: new TextDecoder().decode(stdout),
    stderr: lines.filter((line) => !isLazy(line)).join("\n"),
    lazy: lines.filter(isLazy).map((line) => /ext:\S+|node:\S+/.exec(line)?.[0] ?? line).sort(),
  };
}

async function ppm(entry: string, args: readonly string[], env: Record<string, string> = {}): Promise<Run> {
  const flags = ["run", "-q", "--no-config", "--no-prompt", "--no-remote", "--no-npm", "--allow-all"];
  return await deno([...flags, `${await bundle()}/${entry}`, ...args], { DENO_LOG_LAZY_LOAD: "1", ...env });
}

/** Makes a home directory with an application, and a systemctl that answers for it. */
async function makeHome(): Promise<Record<string, string>> {
  const home = await Deno.makeTempDir({ dir: scratch });
  for (const directory of [".ppm", "bin", "run/systemd"]) {
    await Deno.mkdir(`${home}/${directory}`, { recursive: true });
  }
  const manifest = aManifest({ units: [aUnit("web.service"), aUnit("job.timer")] });
  await Deno.writeTextFile(`${home}/.ppm/manifest.json`, JSON.stringify(manifest));
  await Deno.writeTextFile(`${home}/run/systemd/private`, "");
  const answer = shown({
    "web.target": {},
    "web.service": { ActiveEnterTimestamp: "Thu 2026-01-01 00:00:00.000001 UTC" },
    "job.timer": { NextElapseUSecRealtime: "Fri 2027-01-01 00:00:00 UTC" },
  });
  await Deno.writeTextFile(`${home}/bin/systemctl`, `#!/bin/sh\ncat <<'END'\n${answer}\nEND\n`, {
    mode: 0o755,
  });
  return { HOME: home, XDG_RUNTIME_DIR: `${home}/run`, PATH: `${home}/bin:/usr/bin:/bin` };
}

for (const line of ["version", "--version", "version --json", "--help", "help status", "status --jsno"]) {
  Deno.test(`ppm ${line} loads nothing lazily`, async () => {
    const { code, stdout, stderr, lazy } = await ppm("src/main.js", line.split(" "));
    assert.deepEqual(lazy, []);
    if (line === "status --jsno") assert.deepEqual([code, stdout], [2, ""], stderr);
    else assert.deepEqual([code, stderr], [0, ""], stdout);
  });
}

for (
  const line of [
    "__complete -- re",
    "__complete -- --",
    "__complete -- firewall --format=",
    "__complete -- help re",
  ]
) {
  Deno.test(`ppm ${line} loads nothing lazily`, async () => {
    const { code, stdout, stderr, lazy } = await ppm("src/main.js", line.split(" "));
    assert.deepEqual([code, stderr, lazy], [0, "", []]);
    assert.notEqual(stdout, "");
  });
}

Deno.test("a program that sets a timer is seen to load something lazily", async () => {
  const file = await Deno.makeTempFile({ dir: scratch, suffix: ".js" });
  await Deno.writeTextFile(file, "await new Promise((resolve) => setTimeout(resolve, 1));");
  const { lazy } = await deno(["run", "-q", "--no-config", file], { DENO_LOG_LAZY_LOAD: "1" });
  assert.ok(lazy.length > 0);
});

for (const format of ["", "--json"]) {
  Deno.test(`ppm status ${format} loads lazily what running a program needs, and nothing else`, async () => {
    const args = ["status", format].filter((arg) => arg !== "");
    const { code, stdout, stderr, lazy } = await ppm("tests/support/status_entry.js", args, await makeHome());
    assert.match(stdout, /job\.timer/, stderr);
    assert.equal(code, 0, stderr);
    assert.deepEqual(lazy, COST_OF_A_PROGRAM);
  });
}

/** What `deno info --json` says of a module, as far as it is used here. */
interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: { readonly specifier: string };
    readonly isDynamic?: boolean;
  }[];
}

/** Returns every module that loading `path` loads with it, packages by their names. */
async function loadedWith(path: string): Promise<readonly string[]> {
  const { stdout } = await deno(["info", "--json", path], {});
  const { modules }: { modules: readonly Module[] } = JSON.parse(stdout);
  const bySpecifier = new Map(modules.map((module) => [module.specifier, module]));
  const found = new Set<string>();
  const visit = (specifier: string) => {
    if (found.has(specifier)) return;
    found.add(specifier);
    for (const { code, isDynamic } of bySpecifier.get(specifier)?.dependencies ?? []) {
      if (code !== undefined && !isDynamic) visit(code.specifier);
    }
  };
  visit(`file://${REPOSITORY}${path}`);
  return [...found].map((specifier) => specifier.replace(`file://${REPOSITORY}`, ""));
}

const QUICK: readonly [string, readonly string[]][] = [
  ["src/main.ts", []],
  ["src/cli.ts", []],
  ["src/commands/help.ts", []],
  ["src/commands/complete.ts", []],
  ["src/commands/completions.ts", []],
  ["src/completion/units.ts", []],
  ["src/completion/generations.ts", []],
  ["src/commands/version.ts", []],
  ["src/commands/status.ts", []],
  ["src/commands/list.ts", []],
  ["src/host/real_system.ts", []],
  ["src/commands/arguments.ts", ["npm:@stricli/core@1.3.0"]],
];

for (const [path, packages] of QUICK) {
  Deno.test(`${path} loads ${packages.join(", ") || "no package"}`, async () => {
    const loaded = await loadedWith(path);
    assert.ok(loaded.length > 1, "it loads at least something of its own");
    assert.deepEqual(loaded.filter((specifier) => !specifier.startsWith("src/")), packages);
  });
}
