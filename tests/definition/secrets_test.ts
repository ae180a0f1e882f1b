import assert from "node:assert/strict";
import {
  completeSecrets,
  formatSecrets,
  parseSecrets,
  previewSecrets,
} from "../../src/definition/secrets.ts";
import { InvalidError } from "../../src/errors.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));

function refusal(text: string): InvalidError {
  try {
    parseSecrets(encode(text));
  } catch (error) {
    assert.ok(error instanceof InvalidError, String(error));
    return error;
  }
  return assert.fail("nothing was refused");
}

Deno.test("parseSecrets() reads back what formatSecrets() wrote, whatever was written by hand", () => {
  const secrets = {
    db: "abcDEF123",
    "my key": 'a"b\\c: #d',
    null: "true",
    yes: "0123",
    ünïcode: "påss wörd",
    __proto: "%h$x",
  };
  assert.deepEqual(parseSecrets(encode(formatSecrets(secrets))), secrets);
});

Deno.test("formatSecrets() says how to rotate a secret", () => {
  assert.equal(
    formatSecrets({ db: "abc" }),
    "# Made by ppm, once, for this instance. The application knows these values: keep them as long as its data.\n" +
      "# To rotate one, remove its line (or write a value of your own) and run: ppm setup && ppm restart\n" +
      'db: "abc"\n',
  );
});

Deno.test("parseSecrets() finds no secret where the last line was removed to rotate it", () => {
  assert.deepEqual(parseSecrets(encode(formatSecrets({}))), {});
});

const DAMAGED: Readonly<Record<string, string>> = {
  "": ".ppm/secrets.yml: Cannot read an empty file",
  "\n\n": ".ppm/secrets.yml: Cannot read an empty file",
  "\0\0\0\0": ".ppm/secrets.yml:1:1: Cannot read the control character U+0000",
  "# x\n- a\n": '.ppm/secrets.yml:2:1: Cannot read the file: it must be a mapping, lines like "key: value"',
  "db: abc\ndb: def\n": '.ppm/secrets.yml:2:1: Cannot use the key "db" twice',
  'db: "abc\n':
    ".ppm/secrets.yml:2:1: Cannot read YAML: deficient indentation, or a quote or bracket above is never closed",
  "db: 12345\n": '.ppm/secrets.yml:1:5: "db" must be text, not a number: put it in quotes',
  "a: x\ndb:\n": '.ppm/secrets.yml:2:1: "db" must be text, not nothing: put it in quotes',
  "db: |\n  a\n  b\n": '.ppm/secrets.yml:1:5: "db" must be one line, without control characters',
  'db: ""\n': '.ppm/secrets.yml:1:5: "db" must not be empty',
};

for (const [text, message] of Object.entries(DAMAGED)) {
  Deno.test(`parseSecrets() refuses ${JSON.stringify(text)}, and makes nothing new of it`, () => {
    const error = refusal(text);
    assert.equal(error.message, message);
    assert.match(error.hint ?? "", /makes no new secrets/);
  });
}

Deno.test("parseSecrets() never repeats a value", () => {
  for (
    const text of [
      "db: [s3cret]\n",
      "db: !s3cret x\n",
      "db: *s3cret\n",
      "db: s3cret: x\n",
      'db: "s3\\x1bcret"\n',
      "db: 's3cret\n",
    ]
  ) {
    const { message, hint } = refusal(text);
    assert.doesNotMatch(`${message} ${hint}`, /s3/);
  }
});

Deno.test("completeSecrets() makes what is missing, and keeps for ever what exists", () => {
  const { secrets, added } = completeSecrets({ db: { length: 16 }, key: { length: 128 } }, {
    old: "kept",
    db: "mine",
  }, random);
  assert.deepEqual(added, ["key"]);
  assert.deepEqual(Object.keys(secrets), ["old", "db", "key"]);
  assert.equal(secrets.old, "kept");
  assert.equal(secrets.db, "mine");
  assert.match(secrets.key ?? "", /^[A-Za-z0-9]{128}$/);
});

Deno.test("completeSecrets() adds nothing the second time", () => {
  const declared = { db: { length: 32 } };
  const { secrets } = completeSecrets(declared, {}, random);
  assert.deepEqual(completeSecrets(declared, secrets, () => assert.fail("no need for random bytes")), {
    secrets,
    added: [],
  });
});

Deno.test("completeSecrets() is not led astray by names that every object has", () => {
  assert.deepEqual(completeSecrets({ constructor: { length: 16 } }, {}, random).added, ["constructor"]);
});

Deno.test("completeSecrets() throws bytes away that would make some characters likelier than others", () => {
  const chunks = [
    Uint8Array.from({ length: 16 }, (_, at) => 248 + at % 8),
    Uint8Array.from({ length: 16 }, (_, at) => 247 - at),
  ];
  const { secrets } = completeSecrets(
    { db: { length: 16 } },
    {},
    () => chunks.shift() ?? assert.fail("asked too often"),
  );
  assert.equal(secrets.db, "9876543210zyxwvu");
  const every =
    completeSecrets({ db: { length: 248 } }, {}, () => Uint8Array.from({ length: 248 }, (_, at) => at))
      .secrets.db ?? "";
  const counts = Map.groupBy(every, (character) => character);
  assert.equal(counts.size, 62);
  assert.ok([...counts.values()].every((same) => same.length === 4), "each character stands for four bytes");
});

Deno.test("previewSecrets() shows texts of the right length for what does not exist yet", () => {
  const preview = previewSecrets({ db: { length: 16 }, key: { length: 32 }, old: { length: 16 } }, {
    old: "real",
  });
  assert.deepEqual(preview, { old: "real", db: "previewdb0000000", key: "previewkey0000000000000000000000" });
});
