import assert from "node:assert/strict";
import { formatProblem } from "../../src/errors.ts";
import { LIMITS, screenTree } from "../../src/definition/screen.ts";
import type { TreeEntry } from "../../src/definition/tree.ts";

function file(path: string, change: Partial<TreeEntry> = {}): TreeEntry {
  return { path, legible: true, kind: "file", object: "a".repeat(40), size: 1, ...change };
}

const APPINFO = file("appinfo.yml");

/** Screens a tree that holds `entries` and a sound appinfo.yml; `links` gives the targets of the links among them. */
function screen(entries: readonly TreeEntry[], links: Record<string, string | undefined> = {}): string[] {
  const all = Object.keys(links).map((path) => file(path, { kind: "link" }));
  const tree = { entries: [APPINFO, ...entries, ...all], links: new Map(Object.entries(links)) };
  return screenTree(tree, ".").map(formatProblem);
}

Deno.test("screenTree() accepts what definitions hold", () => {
  assert.deepEqual(
    screen([
      file("README.md"),
      file(".gitignore"),
      file(".gitattributes"),
      file(".gitlab-ci.yml"),
      file(".github/workflows/check.yml"),
      file("templates/.gitkeep"),
      file("templates/.config/systemd/user/web@my\\x2dapp.service"),
      file("templates/größe/文件.eta"),
      file("templates/bin/run", { kind: "executable" }),
      file("templates/a b ~ $x %i.conf"),
    ], { "docs/start.md": "../README.md", "docs/gone": "nowhere" }),
    [],
  );
});

const NAMES: readonly [name: string, message: string][] = [
  [".git/config", 'has a part in its path that some file systems take for ".git"'],
  ["templates/.GIT/hooks/x", 'has a part in its path that some file systems take for ".git"'],
  ["git~1/x", 'has a part in its path that some file systems take for ".git"'],
  [".git. ./x", 'has a part in its path that some file systems take for ".git"'],
  [".git::$INDEX_ALLOCATION/x", 'has a part in its path that some file systems take for ".git"'],
  [".g\u200cit/config", "has a control character, or an invisible one, in its name"],
  ["a\nb", "has a control character, or an invisible one, in its name"],
  ["a\u001b[2Jb", "has a control character, or an invisible one, in its name"],
  ["a\u0085b", "has a control character, or an invisible one, in its name"],
  ["cod\u202eexe", "has a control character, or an invisible one, in its name"],
  ["../x", "has a path that leads elsewhere when it is checked out"],
  ["templates/../../x", "has a path that leads elsewhere when it is checked out"],
  ["./x", "has a path that leads elsewhere when it is checked out"],
  ["/etc/passwd", "has a path that leads elsewhere when it is checked out"],
  ["a//b", "has a path that leads elsewhere when it is checked out"],
  ["a\\b", "has a backslash in its name, other than in an escape like \\x2d"],
  ["C:\\x", "has a backslash in its name, other than in an escape like \\x2d"],
  [`${"x".repeat(256)}`, "has a name of more than 255 bytes"],
  [`${"ä".repeat(128)}`, "has a name of more than 255 bytes"],
  [`${"x/".repeat(2000)}x`, "has a path of more than 3072 bytes"],
];

Deno.test("screenTree() refuses names that deceive", async (t) => {
  for (const [name, message] of NAMES) {
    await t.step(JSON.stringify(name.slice(0, 40)), () => {
      const problems = screenTree({ entries: [APPINFO, file(name)], links: new Map() }, ".");
      assert.deepEqual(problems.map((problem) => problem.message), [message]);
    });
  }
  await t.step("in messages they repaint nothing", () => {
    assert.deepEqual(screen([file("a\u001b[2J\nb")]), [
      "a\\u{1b}[2J\\u{a}b: has a control character, or an invisible one, in its name",
    ]);
  });
  await t.step("bytes that are not UTF-8", () => {
    assert.deepEqual(screen([file("x\ufffd", { legible: false })]), [
      "x\ufffd: has a name that is not UTF-8",
    ]);
  });
});

Deno.test("screenTree() refuses a submodule", () => {
  assert.deepEqual(screen([file("lib", { kind: "submodule", size: 0 })]), [
    "lib: is a submodule, and ppm fetches none: put its files into the repository",
  ]);
});

const LINKS: readonly [links: Record<string, string | undefined>, problems: string[]][] = [
  [{ a: "/etc/passwd" }, ["a: is a symbolic link to an absolute path"]],
  [{ a: "../x" }, ["a: is a symbolic link that leaves the repository"]],
  [{ "d/e/a": "../../../x" }, ["d/e/a: is a symbolic link that leaves the repository"]],
  [{ "d/e/a": "../../x" }, []],
  // `..` after a link goes up from where the link leads, not from where it stands.
  [{ "deep/er/a": "../../top", top: ".", b: "deep/er/a/../x" }, [
    "b: is a symbolic link that leaves the repository",
  ]],
  [{ a: "b", b: "a" }, [
    "a: is a symbolic link that leads in circles",
    "b: is a symbolic link that leads in circles",
  ]],
  [{ a: "a/x" }, ["a: is a symbolic link that leads in circles"]],
  [{ a: "b", b: "c", c: "appinfo.yml" }, []],
  [{ a: undefined }, ["a: is a symbolic link whose target is no path"]],
  [{ a: "x\0y" }, ["a: is a symbolic link whose target is no path"]],
  [
    { "templates/a": "b" },
    [
      "templates/a: is a symbolic link, which neither appinfo.yml nor anything under templates/ may be: put the file itself there",
    ],
  ],
  [
    { templates: "files" },
    [
      "templates: is a symbolic link, which neither appinfo.yml nor anything under templates/ may be: put the file itself there",
    ],
  ],
];

Deno.test("screenTree() lets links lead anywhere within the repository, outside of templates/", async (t) => {
  for (const [links, problems] of LINKS) {
    await t.step(JSON.stringify(links), () => assert.deepEqual(screen([], links), problems));
  }
});

Deno.test("screenTree() knows how large a definition may be", () => {
  const mib = 1024 * 1024;
  assert.deepEqual(
    screen([
      file("templates/a.eta", { size: mib }),
      file("templates/b.eta", { size: mib + 1 }),
      file("templates/c", { size: 16 * mib }),
      file("templates/d", { size: 16 * mib + mib / 2 }),
      file("movie", { size: 250 * mib }),
    ]),
    [
      "templates/b.eta: is 1.0 MiB large; a file that is rendered may have 1 MiB",
      "templates/d: is 16.5 MiB large; a file that is copied may have 16 MiB",
      "definition: holds 34.5 MiB under templates/; 32 MiB are allowed",
      "definition: holds 284.5 MiB; 256 MiB are allowed",
    ],
  );
  const many = Array.from({ length: LIMITS.entries }, (_, index) => file(`f${index}`));
  assert.deepEqual(screen(many), ["definition: holds 20001 files; 20000 are allowed"]);
});

Deno.test("screenTree() names the directories that do hold a definition", () => {
  const at = (paths: string[], directory: string) =>
    screenTree({ entries: paths.map((path) => file(path)), links: new Map() }, directory).map(formatProblem);
  assert.deepEqual(at(["web/appinfo.yml", "pets/db/appinfo.yml"], "."), [
    "appinfo.yml: is missing at the top of the repository; " +
    "set definition.directory in config.yml to where there is one: web, pets/db",
  ]);
  assert.deepEqual(at(["appinfo.yml"], "web"), [
    "web/appinfo.yml: is missing in the directory web; set definition.directory in config.yml to where there is one: .",
  ]);
  assert.deepEqual(at(["README.md", "xappinfo.yml"], "."), [
    "appinfo.yml: is missing at the top of the repository; the repository has none anywhere",
  ]);
  assert.deepEqual(at(["web/appinfo.yml"], "web"), []);
});
