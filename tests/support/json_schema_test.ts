import assert from "node:assert/strict";
import { fault } from "./json_schema.ts";

/** Of each keyword: a schema, what fits it, what does not, and what is said of that. */
const KEYWORDS: readonly (readonly [Readonly<Record<string, unknown>>, unknown, unknown, string])[] = [
  [{ type: "string" }, "a", 1, "$ is no string"],
  [{ type: ["number", "string"] }, 1, true, "$ is no number or string"],
  [{ type: "integer" }, 1, 1.5, "$ is no integer"],
  [{ type: "object" }, {}, [], "$ is no object"],
  [{ type: "array" }, [], {}, "$ is no array"],
  [{ type: "null" }, null, {}, "$ is no null"],
  [{ const: "a" }, "a", "b", '$ is not "a"'],
  [{ enum: ["a"] }, "a", "b", '$ is none of ["a"]'],
  [{ minimum: 1 }, 1, 0, "$ is less than 1"],
  [{ maximum: 1 }, 1, 2, "$ is more than 1"],
  [{ minItems: 1 }, [1], [], "$ has too few items"],
  [{ pattern: "^a" }, "ab", "ba", "$ does not match ^a"],
  [
    { anyOf: [{ type: "string" }, { type: "null" }] },
    null,
    1,
    "$ fits none of 2: $ is no string; $ is no null",
  ],
  [
    { oneOf: [{ required: ["a"] }, { required: ["b"] }] },
    { a: 1 },
    { a: 1, b: 1 },
    "$ fits 2 of what it must fit one of",
  ],
  [{ items: { type: "string" } }, ["a"], ["a", 1], "$[1] is no string"],
  [{ required: ["a"] }, { a: 1 }, {}, "$ lacks a"],
  [{ properties: { a: { items: { type: "string" } } } }, { b: 1 }, { a: [1] }, "$.a[0] is no string"],
  [{ properties: { a: {} }, additionalProperties: false }, { a: 1 }, { b: 1 }, "$.b is not allowed"],
  [{ additionalProperties: { type: "string" } }, { a: "b" }, { a: 1 }, "$.a is no string"],
  [{ propertyNames: { pattern: "^a" } }, { a: 1 }, { b: 1 }, "$.b does not match ^a"],
];

for (const [schema, good, bad, message] of KEYWORDS) {
  Deno.test(`fault() knows ${JSON.stringify(schema)}`, () => {
    assert.equal(fault(schema, good), undefined);
    assert.equal(fault(schema, bad), message);
  });
}

Deno.test("fault() lets nothing pass that it does not understand", () => {
  assert.throws(() => fault({ minLength: 1 }, ""), /does not know the keyword "minLength"/);
});
