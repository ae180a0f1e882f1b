import assert from "node:assert/strict";
import { answerOf } from "../../src/completion/answer.ts";
import type { Place } from "../../src/completion/place.ts";

const PLACE: Place = { flags: [], source: [], lead: "", typed: "", taken: [] };

function candidates(...texts: readonly string[]) {
  return texts.map((text) => ({ text, description: `about ${text}` }));
}

Deno.test("answerOf() keeps what begins as was typed and was not given yet, in its order", () => {
  const place = { ...PLACE, typed: "we", taken: ["web.service"] };
  assert.deepEqual(answerOf(place, candidates("web.timer", "db.service", "web.service", "web.path")), [
    "web.timer\tabout web.timer",
    "web.path\tabout web.path",
  ]);
});

Deno.test("answerOf() puts before each value what is settled", () => {
  const place = { ...PLACE, lead: "--format=", typed: "n" };
  assert.deepEqual(answerOf(place, candidates("nft", "ufw")), ["--format=nft\tabout nft"]);
});

Deno.test("answerOf() offers options by their long names", () => {
  const flags = [{ name: "dry-run", brief: "Do nothing", value: null }, {
    name: "json",
    brief: "",
    value: null,
  }];
  assert.deepEqual(answerOf({ ...PLACE, flags, typed: "--d" }, []), ["--dry-run\tDo nothing"]);
});

Deno.test("answerOf() keeps each candidate on its line, whatever it is said to be", () => {
  const answer = answerOf(PLACE, [{ text: "web", description: "one\ttwo\nthree \x1b[31mred" }]);
  assert.deepEqual(answer, ["web\tone two three red"]);
});

for (
  const text of [
    "a b",
    "a\tb",
    "a\nb",
    "$(id)",
    "`id`",
    "a;b",
    "a'b",
    'a"b',
    "a\\b",
    "~a",
    ":files",
    "a*",
    "\x1b[2J",
  ]
) {
  Deno.test(`answerOf() does not offer ${JSON.stringify(text)}, which a shell could take for something else`, () => {
    assert.deepEqual(answerOf(PLACE, [{ text, description: "" }]), []);
  });
}

Deno.test("answerOf() offers what names of units, files and snapshots are made of", () => {
  const names = [
    "web@1.service",
    ".ppm/overwritten/.config/web/page.1a2b3c4d",
    "0a1b2c3d",
    "data.before-20261122T030000Z",
    "a:b",
    "größe",
  ];
  assert.deepEqual(answerOf(PLACE, candidates(...names)).map((line) => line.split("\t")[0]), names);
});
