import assert from "node:assert/strict";
import { findPlace } from "../../src/completion/place.ts";
import type { VerbShape } from "../../src/completion/verb_shape.ts";

const CONFIG = { name: "config", brief: "", value: "files" } as const;
const FOLLOW = { name: "follow", alias: "f", brief: "", value: null } as const;
const LINES = { name: "lines", alias: "n", brief: "", value: ["10", "100"] } as const;

const SHAPE: VerbShape = { flags: [FOLLOW, LINES, CONFIG], maximum: 2, words: "units" };

/** Each line ends where somebody is typing: the verb is left out. */
const PLACES: readonly [string, Partial<ReturnType<typeof findPlace>>][] = [
  ["", { source: "units", flags: [], typed: "" }],
  ["we", { source: "units", typed: "we" }],
  ["web ", { source: "units", taken: ["web"] }],
  ["web db ", { source: [], flags: [FOLLOW, LINES, CONFIG] }],
  ["-", { source: [], flags: [FOLLOW, LINES, CONFIG], typed: "-" }],
  ["--fol", { flags: [FOLLOW, LINES, CONFIG], typed: "--fol" }],
  ["--follow -", { flags: [LINES, CONFIG] }],
  ["-f -", { flags: [LINES, CONFIG] }],
  ["-f ", { source: "units", flags: [] }],
  ["-n ", { source: ["10", "100"], flags: [] }],
  ["-fn ", { source: ["10", "100"] }],
  ["-n 10 ", { source: "units", taken: [] }],
  ["--lines ", { source: ["10", "100"], lead: "" }],
  ["--lines -", { source: ["10", "100"], typed: "-", flags: [] }],
  ["--lines=1", { source: ["10", "100"], lead: "--lines=", typed: "1" }],
  ["--lines=10 ", { source: "units" }],
  ["--config=", { source: "files", lead: "--config=", typed: "" }],
  ["--config=a=b", { source: "files", lead: "--config=", typed: "a=b" }],
  ["--follow=", { source: [], flags: [] }],
  ["--nothing ", { source: "units" }],
  ["--nothing=", { source: [], flags: [] }],
  ["-- -", { source: "units", typed: "-", flags: [] }],
  ["-- a b ", { source: [], flags: [] }],
  ["- ", { source: "units", taken: ["-"] }],
];

for (const [line, expected] of PLACES) {
  Deno.test(`findPlace() sees what can follow "ppm logs ${line}"`, () => {
    const place = findPlace(line.split(" "), SHAPE);
    const asked = Object.fromEntries(
      Object.keys(expected).map((key) => [key, place[key as keyof typeof place]]),
    );
    assert.deepEqual(asked, expected);
  });
}
