/** That the documentation names what there is, and nothing else. */

import { CONFIG_SCHEMA } from "../src/config/config_schema.ts";
import { APPINFO_SCHEMA } from "../src/definition/appinfo_schema.ts";
import { HEALTHCHECK_SCHEMA } from "../src/definition/healthcheck_schema.ts";
import { SCALAR_TYPES } from "../src/definition/variable_types.ts";
import assert from "node:assert/strict";
import * as z from "zod/mini";
import config from "../deno.json" with { type: "json" };
import { VERBS } from "../src/commands/verbs.ts";
import { makeListReport } from "../src/commands/list_report.ts";
import { EXIT_CODES } from "../src/errors.ts";
import { CLAIMS_SCHEMA } from "../src/neighbours/claims_schema.ts";
import { formatState } from "../src/neighbours/state_file.ts";
import { PLUGINS } from "../src/plugins/registry.ts";
import { anApplication, aPublication } from "./support/publication.ts";

const ROOT = new URL("..", import.meta.url);
const PAGES = [
  "README.md",
  "CHANGELOG.md",
  "examples/README.md",
  ...[...Deno.readDirSync(new URL("docs", ROOT))].flatMap(({ name, isDirectory }) =>
    isDirectory
      ? [...Deno.readDirSync(new URL(`docs/${name}`, ROOT))].map((file) => `docs/${name}/${file.name}`)
      : [`docs/${name}`]
  ),
].sort();

const read = (page: string) => Deno.readTextFile(new URL(page, ROOT));

/** The names in backticks of the first column of each table, by the heading above it. */
function tables(page: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const section of page.split(/^## /m).slice(1)) {
    const rows = section.matchAll(/^\|([^|]*`[^|]*)\|/gm);
    const names = [...rows].flatMap(([, cell = ""]) => [...cell.matchAll(/`([^`]+)`/g)]);
    found.set(section.slice(0, section.indexOf("\n")), names.map(([, name = ""]) => name));
  }
  return found;
}

Deno.test("docs/permissions.md names every entry of the permission set, and no other", async () => {
  const named = tables(await read("docs/permissions.md"));
  const { read: reading, write, run, env, sys, net, ffi, import: importing } = config.permissions.ppm;
  assert.deepEqual(
    [...named.keys()].filter((heading) => heading in config.permissions.ppm),
    Object.keys(config.permissions.ppm),
  );
  assert.deepEqual([reading, write.allow, ffi, importing], [true, true, false, false]);
  assert.deepEqual(named.get("write")?.toSorted(), write.deny);
  assert.deepEqual(named.get("env"), env);
  assert.deepEqual(named.get("sys"), sys);
  assert.deepEqual(named.get("net"), net);
  const programs = named.get("run")?.flatMap((name) =>
    name.startsWith("/") ? [name] : [name, `/usr/bin/${name}`, `/usr/local/bin/${name}`]
  );
  assert.deepEqual(programs, run);
});

Deno.test("README.md has every verb and every exit code of this version, and no verb that does not exist", async () => {
  const named = tables(await read("README.md")).get("Verbs") ?? [];
  const verbs = named.map((name) => /^(?:ppm )?(\w+)/.exec(name)?.[1]);
  assert.deepEqual(verbs.toSorted(), VERBS.map((verb) => verb.name).toSorted());
  const page = (await read("README.md")).replaceAll("`", "");
  for (const { code, meaning } of EXIT_CODES) {
    assert.ok(page.includes(`\n| ${code} | ${meaning} |\n`), `exit code ${code} in README.md`);
  }
});

Deno.test("every plugin of this version has a page, and no other", () => {
  const available = PLUGINS.map((plugin) => plugin.name);
  assert.deepEqual(
    PAGES.filter((page) => page.startsWith("docs/plugins/")),
    available.map((name) => `docs/plugins/${name}.md`).toSorted(),
  );
});

Deno.test("the page of each plugin says when to use it, how that is written, each option, and what it adds", async () => {
  const missing: string[] = [];
  for (const { name, schema } of PLUGINS) {
    const page = await read(`docs/plugins/${name}.md`);
    const options = propertiesOf(z.toJSONSchema(schema, { io: "input" })).map((option) => `\`${option}\``);
    const parts = ["\n**Use it** ", `\nplugins:\n  ${name}:`, "\n## What it adds\n", ...options];
    missing.push(...parts.filter((part) => !page.includes(part)).map((part) => `${name}: ${part.trim()}`));
  }
  assert.deepEqual(missing, []);
});

/** Returns the names of the properties that a JSON Schema has, in each of its forms; not what is within them. */
function propertiesOf(schema: unknown): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === "properties" ? Object.keys(value) : propertiesOf(value)
  );
}

Deno.test("docs/architecture.md names every room under src/, and every file and directory that it, docs/backups.md and docs/upgrades.md name is there", async () => {
  const page = await read("docs/architecture.md");
  const rooms = [...Deno.readDirSync(new URL("src", ROOT))].map(({ name, isDirectory }) =>
    isDirectory ? `${name}/` : name
  );
  assert.deepEqual(rooms.filter((room) => !page.includes(room)), []);
  const named = [page, await read("docs/backups.md"), await read("docs/upgrades.md")].join("\n");
  const paths = [...named.matchAll(/`((?:src|tests|templates|tools|docs|examples)\/[\w./]*)`/g)].map((
    [, path = ""],
  ) => path);
  assert.ok(paths.length > 20);
  const missing = await Promise.all(paths.map(async (path) => {
    try {
      await Deno.stat(new URL(path, ROOT));
      return [];
    } catch {
      return [path];
    }
  }));
  assert.deepEqual(missing.flat(), []);
});

Deno.test("every link in the documentation leads to a file, and to a heading in it", async () => {
  const broken: string[] = [];
  for (const page of PAGES) {
    for (const [, target = ""] of (await read(page)).matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [path = "", heading] = target.split("#");
      const text = await Deno.readTextFile(
        path === "" ? new URL(page, ROOT) : new URL(path, new URL(page, ROOT)),
      )
        .catch((error) => {
          if (error instanceof Deno.errors.IsADirectory) return "";
          if (error instanceof Deno.errors.NotFound) return undefined;
          throw error;
        });
      if (text === undefined || (heading !== undefined && !headings(text).includes(heading))) {
        broken.push(`${page}: ${target}`);
      }
    }
  }
  assert.deepEqual(broken, []);
});

const PROMISES = PAGES.filter((page) => page.startsWith("docs/promises/"));
/** A test that a page names: its file, and its name with … for what differs from run to run. */
const NAMED_TEST = /^- `(tests\/[^`]+_test\.ts)`: (.+)$/gm;
/** A test in its file: `Deno.test(`, `eachRelease(` or `eitherRelease(`, and its name as it is written there. */
const WRITTEN_TEST = /\b(?:Deno\.test|eachRelease|eitherRelease)\(\s*(["`])(.+?)\1/g;

Deno.test("docs/promises/ has a page for each promise, which README.md links to, and each answer names tests that exist", async () => {
  assert.deepEqual(
    PROMISES.map((page) => page.slice("docs/promises/".length)),
    ["nothing-is-hidden.md", "nothing-is-in-the-way.md", "nothing-is-lost.md"],
  );
  const readme = await read("README.md");
  const wrong: string[] = [];
  for (const page of PROMISES) {
    if (!readme.includes(`](${page})`)) wrong.push(`README.md does not link to ${page}`);
    const [answers = "", limits] = (await read(page)).split("\n## What is not promised\n");
    if (limits === undefined) wrong.push(`${page} does not say what is not promised`);
    for (const answer of answers.split(/^### /m).slice(1)) {
      const named = [...answer.matchAll(NAMED_TEST)];
      if (named.length === 0) wrong.push(`${page}: no test shows: ${answer.split("\n")[0]}`);
      for (const [, file = "", name = ""] of named) {
        if (!(await testNames(file)).includes(name)) wrong.push(`${page}: ${file} has no test: ${name}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

/** Returns the names of the tests in a file, with … where a value is put in; none where there is no such file. */
async function testNames(file: string): Promise<readonly string[]> {
  const text = await read(file).catch(() => "");
  return [...text.matchAll(WRITTEN_TEST)].map(([, , name = ""]) => name.replace(/\$\{[^}]*\}/g, "…"));
}

/** Returns the names that links can use for the headings of a page. */
function headings(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-")
  );
}

/** A state file with everything that there can be. */
const STATE = {
  version: 1,
  instance: "app",
  user: "app",
  host: "server",
  app: { name: "notes", description: "", version: "1" },
  definition: { repository: "/srv/notes", commit: "0".repeat(40) },
  units: [],
  plugins: {},
  state: {},
  times: { backup: "2026-01-01T00:00:00.000Z", drill: "2026-01-01T00:00:00.000Z" },
} as const;

Deno.test("docs/reference.md names every key of its files and every type of variable, and no other", async () => {
  const page = await read("docs/reference.md");
  const firstCells = (from: string, to: string) => {
    const section = page.slice(page.indexOf(from), page.indexOf(to, page.indexOf(from) + 1));
    const cells = [...section.matchAll(/^\| (`[^|]*) \|/gm)].map(([, cell = ""]) => cell);
    return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)).toSorted();
  };
  const { definition, backup, notify, ...rest } = CONFIG_SCHEMA.def.shape;
  const sections = { definition, backup: backup.def.innerType, notify: notify.def.innerType };
  const keys = Object.entries(sections).flatMap(([section, { def }]) =>
    Object.keys(def.shape).map((key) => `${section}.${key}`)
  );
  assert.deepEqual(firstCells("## config.yml", "## appinfo.yml"), [...keys, ...Object.keys(rest)].toSorted());
  assert.deepEqual(
    firstCells("## appinfo.yml", "### Variables"),
    Object.keys(APPINFO_SCHEMA.def.shape).toSorted(),
  );
  assert.deepEqual(
    firstCells("### Healthcheck", "## The state file"),
    Object.keys(HEALTHCHECK_SCHEMA.def.shape).toSorted(),
  );
  const types = [...Object.keys(SCALAR_TYPES), "list"].toSorted();
  assert.deepEqual(firstCells("### Variables", "### Healthcheck"), types);
  const said = formatState(STATE, [], { line: 1, column: 1 });
  assert.deepEqual(
    firstCells("## The state file", "## claims.yml"),
    [...said.matchAll(/^(\w+):/gm)].map(([, key = ""]) => key).toSorted(),
  );
  assert.deepEqual(
    firstCells("## claims.yml", "## ppm list"),
    Object.keys(CLAIMS_SCHEMA.def.valueType.def.shape).toSorted(),
  );
  const applications = [anApplication(aPublication("web"))];
  const known = {
    published: applications,
    neighbourhood: { applications, leftOut: [] },
    claims: undefined,
    conflicts: [],
  };
  const report = makeListReport(known, { statedirectory: "/state", running: undefined, nowMs: 0 });
  assert.deepEqual(
    firstCells("## ppm list --json", "\0").map((name) => name.replace("applications[].", "")).toSorted(),
    [...Object.keys(report), ...report.applications.flatMap(Object.keys)].toSorted(),
  );
});
