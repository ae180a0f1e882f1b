/** The house's rules that a compiler does not know: which room may use which, and where the machine is touched. */
import assert from "node:assert/strict";

const SRC = new URL("../src/", import.meta.url);

/** Which rooms a room may import, beside itself and what everybody may. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["cli.ts", "definition", "ui"], // the definition's sandbox is a process that begins here too
  "cli.ts": ["commands", "config", "host", "plugins", "ui"],
  "version.ts": ["build_info.json"],
  commands: [
    "lint",
    "doctor",
    "apply",
    "backup",
    "remove",
    "upgrade",
    "neighbours",
    "plan",
    "definition",
    "config",
    "host",
    "plugins",
    "ui",
    "completion",
  ],
  completion: ["backup", "apply", "plan", "config", "host", "ui"],
  doctor: ["upgrade", "backup", "apply", "neighbours", "plan", "config", "host", "ui"],
  lint: ["apply", "neighbours", "plan", "definition", "config", "host", "plugins"],
  remove: ["upgrade", "backup", "apply", "neighbours", "plan", "config", "host", "ui"],
  upgrade: ["backup", "apply", "neighbours", "plan", "definition", "config", "host", "ui"],
  backup: ["apply", "neighbours", "plan", "definition", "config", "host", "plugins", "ui", "../templates"],
  neighbours: ["plan", "definition", "config", "host", "plugins", "ui"],
  apply: ["neighbours", "plan", "definition", "config", "host", "plugins", "ui"],
  plan: ["definition", "config", "host", "plugins", "../templates"],
  plugins: ["definition", "config"],
  definition: ["config", "host", "plugins", "../templates"],
  config: ["definition", "host"],
  ui: ["host"],
  host: [],
};

/** What stands beside the rooms, knows none of them, and is there for all. */
const EVERYBODY = ["errors.ts", "layout.ts", "suggest.ts", "version.ts"];

/** Where a process begins: ppm itself, and the one that watches the sandbox. */
const ENTRIES = ["main.ts", "definition/sandbox/supervise.ts"];

interface Source {
  /** Below src/. */
  readonly path: string;
  readonly text: string;
}

async function sources(directory = SRC): Promise<readonly Source[]> {
  const found: Source[] = [];
  for await (const entry of Deno.readDir(directory)) {
    const url = new URL(entry.name + (entry.isDirectory ? "/" : ""), directory);
    if (entry.isDirectory) found.push(...await sources(url));
    else if (entry.name.endsWith(".ts")) {
      found.push({ path: url.pathname.slice(SRC.pathname.length), text: await Deno.readTextFile(url) });
    }
  }
  return found;
}

/** Returns the files below src/ that a source imports, those of types alone aside. */
function importsOf({ path, text }: Source): readonly string[] {
  const specifiers = [...text.matchAll(/(?:^(import|export)\s([^;"]*?)from\s+|\bimport\(\s*)"(\.[^"]+)"/gm)]
    .filter(([, , names = ""]) => !isTypesOnly(names))
    .map(([, , , specifier]) => belowSrc(new URL(specifier!, new URL(path, SRC)).pathname));
  return specifiers;
}

/** Returns an absolute path as seen from src/: `host/system.ts`, `../templates/target.eta`. */
function belowSrc(path: string): string {
  if (path.startsWith(SRC.pathname)) return path.slice(SRC.pathname.length);
  return `../${path.slice(new URL("..", SRC).pathname.length)}`;
}

function isTypesOnly(names: string): boolean {
  if (/^type\s/.test(names.trim())) return true;
  const listed = /^\{([^}]*)\}\s*$/.exec(names.trim())?.[1]?.split(",").map((name) => name.trim()).filter(
    Boolean,
  );
  return listed !== undefined && listed.length > 0 && listed.every((name) => name.startsWith("type "));
}

function roomOf(path: string): string {
  return /^(?:\.\.\/)?[^/]+/.exec(path)?.[0] ?? path;
}

/** Returns what breaks the direction of imports. */
function wrongWays(all: readonly Source[]): readonly string[] {
  return all.flatMap((source) => {
    const room = roomOf(source.path);
    const allowed = [room, ...EVERYBODY, ...ALLOWED[room] ?? []];
    return importsOf(source).filter((target) => !allowed.includes(roomOf(target)))
      .map((target) => `${source.path} imports ${target}`);
  });
}

/** Returns each line of code outside of `except` that `pattern` matches. */
function lines(
  all: readonly Source[],
  pattern: RegExp,
  except: (path: string) => boolean,
): readonly string[] {
  return all.filter(({ path }) => !except(path)).flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, at) =>
      pattern.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : []
    )
  );
}

const isHost = (path: string) => roomOf(path) === "host";

Deno.test("importsOf() sees static, dynamic and re-exporting imports, and not those of types alone", () => {
  const text = [
    'import { a } from "../host/a.ts";',
    'import type { b } from "../host/b.ts";',
    'import { type c } from "../host/c.ts";',
    'import { type d, e } from "../host/d.ts";',
    'import {\n  f,\n  g,\n} from "../host/f.ts";',
    'export { h } from "../host/h.ts";',
    'const i = () => import("../host/i.ts");',
    'import * as z from "zod/mini";',
  ].join("\n");
  assert.deepEqual(importsOf({ path: "config/x.ts", text }), [
    "host/a.ts",
    "host/d.ts",
    "host/f.ts",
    "host/h.ts",
    "host/i.ts",
  ]);
});

Deno.test("wrongWays() finds an import against the direction", () => {
  const source = { path: "host/x.ts", text: 'import { a } from "../plan/a.ts";' };
  assert.deepEqual(wrongWays([source]), ["host/x.ts imports plan/a.ts"]);
});

Deno.test("src/ imports in one direction", async () => {
  assert.deepEqual(wrongWays(await sources()), []);
});

Deno.test("src/ has no room that the direction of imports does not know", async () => {
  const rooms = new Set((await sources()).map(({ path }) => roomOf(path)));
  for (const known of [...Object.keys(ALLOWED), ...EVERYBODY]) rooms.delete(known);
  assert.deepEqual([...rooms], []);
});

Deno.test("src/ runs programs and writes files under host/ alone", async () => {
  const effects = new RegExp(
    "\\bDeno\\.(Command|run|(write|mkdir|remove|rename|chmod|chown|symlink|link|truncate|copy|create|makeTemp|open|utime)\\w*)\\b",
  );
  assert.deepEqual(lines(await sources(), effects, isHost), []);
});

/** What takes node:fs, because Deno.open has no flags for what others own. */
const WITH_NODE = "host/nonblocking_file.ts";

Deno.test("src/ uses none of node's modules but in one place: they are most of what a start would cost", async () => {
  const pattern = /["']node:|\bBuffer\b\.|\bprocess\.(env|exit|argv)/;
  assert.deepEqual(lines(await sources(), pattern, (path) => path === WITH_NODE), []);
});

Deno.test("src/ loads node:fs only when it is used", async () => {
  const all = (await sources()).filter((source) => importsOf(source).includes(WITH_NODE));
  assert.deepEqual(all.map(({ path }) => path), ["host/foreign_file.ts"]);
  assert.deepEqual(lines(all, /^import\b.*nonblocking_file/, () => false), []);
});

Deno.test("src/ uses no locale data: it costs as much as the rest of a start, and sorts differently elsewhere", async () => {
  assert.deepEqual(lines(await sources(), /\bIntl\b|\blocaleCompare\b|\btoLocale\w+\(/, () => false), []);
});

Deno.test("src/ reads arguments and ends the process only where one begins, or where a key of the terminal says so", async () => {
  const pattern = /\bDeno\.(args|exitCode|exit)\b/;
  const allowed = [...ENTRIES, "host/terminal_keys.ts"];
  assert.deepEqual(lines(await sources(), pattern, (path) => allowed.includes(path)), []);
});
