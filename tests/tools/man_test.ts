import assert from "node:assert/strict";
import { VERBS } from "../../src/commands/verbs.ts";
import { EXIT_CODES } from "../../src/errors.ts";
import { makeManPage, manPage, tableBelow } from "../../tools/man.ts";
import { entry, quoted, roff } from "../../tools/roff.ts";

Deno.test("roff() lets no text become an escape, a request or typography", () => {
  assert.equal(roff("a\\fB --x"), "a\\efB \\-\\-x");
  assert.equal(roff(".so /etc/passwd\n'nf"), "\\&.so /etc/passwd\n\\(aqnf");
  assert.equal(roff("~/x `y` ^"), "\\(ti/x \\(gay\\(ga \\(ha");
  assert.equal(roff("UNIT…"), "UNIT\\[u2026]");
});

Deno.test("quoted() is one argument of a macro, whatever is in it", () => {
  assert.equal(quoted('say "a b"'), '"say ""a b"""');
});

Deno.test("entry() is a term with what it means below", () => {
  assert.equal(entry("-f, --follow", ".x"), ".TP\n\\fB\\-f, \\-\\-follow\\fR\n\\&.x");
});

Deno.test("manPage() has each part of the page under its heading", () => {
  const page = manPage({
    version: "1.2",
    date: "2026-01-02",
    verbs: [{
      name: "logs",
      summary: "Show",
      group: "Run it",
      command: {
        help: ["More."],
        examples: [{ command: "ppm logs -f", meaning: "follow" }],
        flags: { follow: { kind: "switch", alias: "f", brief: "Go on" } },
        positional: { placeholder: "UNIT", brief: "A unit", maximum: 2 },
      },
    }],
    files: [["~/data/", "what must survive"]],
    environment: [["TERM", "no colour"]],
  });
  assert.deepEqual([...page.matchAll(/^\.S[HS] "?(.*?)"?$/gm)].map(([, title]) => title), [
    "NAME",
    "SYNOPSIS",
    "DESCRIPTION",
    "RUN IT",
    "ppm logs [UNIT\\[u2026]] [OPTIONS]",
    "OPTIONS FOR EVERY VERB",
    "EXIT STATUS",
    "FILES",
    "ENVIRONMENT",
    "SEE ALSO",
  ]);
  assert.match(page, /^\.TH PPM 1 "2026-01-02" "ppm 1\.2" "User Commands"\n/);
  assert.match(
    page,
    /\nShow\.\n\.PP\nMore\.\n\.TP\n\\fBUNIT\\fR\nA unit\n\.TP\n\\fB\\-f, \\-\\-follow\\fR\nGo on\n/,
  );
  assert.match(page, /\n\.TP\n\\fBppm logs \\-f\\fR\nfollow\n/);
});

Deno.test("tableBelow() reads the first table of a chapter, and no other", () => {
  const page =
    "## A\n\ntext\n\n| x | y | z |\n|---|---|---|\n| `a` | b | see [c](d.md), `e` |\n\n| f |\n|---|\n| g |\n\n## B\n";
  assert.deepEqual(tableBelow("A", `\n${page}`), [["a", "see c, e"]]);
  assert.throws(() => tableBelow("B", `\n${page}`), /Cannot find a table below "B"/);
});

Deno.test("ppm(1) has every verb with its examples, every exit code, the files and the variables", async () => {
  const page = await makeManPage("1.2");
  for (const { name, load } of VERBS) {
    assert.ok(page.includes(`\n.SS "ppm ${roff(name)}`), name);
    for (const { command } of (await load()).command.examples) {
      assert.ok(page.includes(roff(command)), command);
    }
  }
  for (const { meaning } of EXIT_CODES) assert.ok(page.includes(roff(meaning)), meaning);
  for (const term of ["~/config.yml", "NO_COLOR"]) assert.ok(page.includes(`\\fB${roff(term)}\\fR`), term);
});
