import assert from "node:assert/strict";
import { execValue, unitValue } from "../../src/definition/unit_escape.ts";

Deno.test("unitValue() escapes specifiers, backslashes and double quotes", () => {
  assert.equal(unitValue(String.raw`100% "of" C:\x $HOME`), String.raw`100%% \"of\" C:\\x $HOME`);
});

Deno.test("execValue() escapes variables as well", () => {
  assert.equal(execValue(String.raw`100% "of" C:\x $HOME $$`), String.raw`100%% \"of\" C:\\x $$HOME $$$$`);
});

Deno.test("unitValue() and execValue() take numbers and booleans, and nothing else that is no string", () => {
  assert.equal(unitValue(3000), "3000");
  assert.equal(execValue(false), "false");
  for (const value of [undefined, null, {}, [], () => ""]) {
    assert.throws(() => unitValue(value), /^TypeError: unitvalue\(\) takes a string/);
    assert.throws(() => execValue(value), /^TypeError: execvalue\(\) takes a string/);
  }
});

Deno.test("unitValue() and execValue() refuse everything that could begin a new line", () => {
  for (const code of [0, 1, 9, 10, 13, 27, 31, 127, 0x85, 0x9f, 0x2028, 0x2029]) {
    const text = `a${String.fromCharCode(code)}ExecStart=/evil`;
    assert.throws(() => unitValue(text), /refuses control characters/);
    assert.throws(() => execValue(text), /refuses control characters/);
  }
});
