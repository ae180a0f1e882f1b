import assert from "node:assert/strict";
import * as z from "zod/mini";
import { CONFIG_SCHEMA } from "../../src/config/config_schema.ts";
import { Problems } from "../../src/config/problems.ts";
import { checkValue } from "../../src/config/schema.ts";
import { parseYaml } from "../../src/config/yaml.ts";
import { APPINFO_SCHEMA } from "../../src/definition/appinfo_schema.ts";
import { InvalidError } from "../../src/errors.ts";

const SCHEMA = z.strictObject({
  small: z.optional(z.int().check(z.minimum(2), z.maximum(4))),
  pair: z.optional(z.array(z.string()).check(z.minLength(2), z.maxLength(2))),
  colour: z.optional(z.enum(["red", "green"])),
  people: z.optional(z.record(z.string(), z.strictObject({ age: z.number() }))),
});

function check(text: string, templates = false): readonly string[] {
  const document = parseYaml(text, "x.yml", { templates });
  const problems = new Problems();
  const value = checkValue(SCHEMA, document.value, { document, path: [] }, problems);
  try {
    problems.throwIfAny();
  } catch (error) {
    assert.ok(error instanceof InvalidError);
    assert.equal(value, undefined);
    return error.message.split("\n");
  }
  return [];
}

Deno.test("checkValue() says each kind of issue in its own words", () => {
  assert.deepEqual(
    check("small: 1\npair: [a]\ncolour: gren\npeople: { me: { aeg: 5 }, you: { age: x } }\n"),
    [
      'x.yml:1:8: "small" must be at least 2',
      'x.yml:2:7: "pair" must have at least 2 items',
      'x.yml:3:9: "colour" must be "red" or "green". Did you mean "green"?',
      'x.yml:4:11: Missing key "age" in "people.me"',
      'x.yml:4:17: Unknown key "aeg" in "people.me". Did you mean "age"?',
      'x.yml:4:39: "people.you.age" must be a number, not text',
    ],
  );
  assert.deepEqual(check("small: 5\npair: [a, b, c]\n"), [
    'x.yml:1:8: "small" must be at most 4',
    'x.yml:2:7: "pair" must have at most 2 items',
  ]);
});

Deno.test("checkValue() says nothing of templates that were not rendered, nor of what would be inside", () => {
  assert.deepEqual(
    check(
      'small: !yaml "<%= 1 %>"\npair: !yaml "x"\npeople: { me: !yaml "x", you: { age: !yaml "x" } }\n',
      true,
    ),
    [],
  );
});

Deno.test("CONFIG_SCHEMA and APPINFO_SCHEMA can be said as JSON Schema, with a description for each key", () => {
  for (const schema of [CONFIG_SCHEMA, APPINFO_SCHEMA]) {
    const { properties = {} } = z.toJSONSchema(schema, { io: "input" });
    assert.ok(Object.keys(properties).length >= 6);
    for (const [key, value] of Object.entries(properties)) assert.ok(Object(value).description, key);
  }
});
