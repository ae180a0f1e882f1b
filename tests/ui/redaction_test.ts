import assert from "node:assert/strict";
import fc from "fast-check";
import { Redaction, withoutCredentials } from "../../src/ui/redaction.ts";

const URLS: readonly [string, string][] = [
  ["https://user:pw@host/x", "https://***@host/x"],
  ["https://token@host/x", "https://***@host/x"],
  ["ssh://git@host/x", "ssh://git@host/x"],
  ["ssh://git:pw@host/x", "ssh://git:***@host/x"],
  ["sftp:backup@nas:/srv", "sftp:backup@nas:/srv"],
  ["https://host/a@b", "https://host/a@b"],
  ["https://user:p@ss@host/x", "https://***@host/x"],
  ["clone https://a:b@h1 and https://c:d@h2", "clone https://***@h1 and https://***@h2"],
];

for (const [given, expected] of URLS) {
  Deno.test(`withoutCredentials() turns ${given} into ${expected}`, () => {
    assert.equal(withoutCredentials(given), expected);
  });
}

Deno.test("Redaction replaces a secret that contains another one as a whole", () => {
  const redaction = new Redaction();
  redaction.add([{ name: "short", value: "abcd" }]);
  redaction.add([{ name: "long", value: "xabcdx" }]);
  assert.equal(redaction.apply("xabcdx abcd"), "<secret long> <secret short>");
});

Deno.test("Redaction does not interpret a secret", () => {
  const redaction = new Redaction();
  redaction.add([{ name: "$&", value: "a.*b$1" }]);
  assert.equal(redaction.apply("a.*b$1 axxb$1"), "<secret $&> axxb$1");
});

Deno.test("Redaction leaves no secret of four characters or more in any text", () => {
  const secret = fc.string({ minLength: 4, maxLength: 12 })
    .filter((value) => !"<secret name>".includes(value) && !/^[<> ]|[<> ]$/.test(value));
  fc.assert(fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
    const redaction = new Redaction();
    redaction.add([{ name: "name", value }]);
    const around = `${before.replaceAll(value, "")} ${value} ${after.replaceAll(value, "")}`;
    assert.ok(!redaction.apply(around).includes(` ${value} `));
  }));
});
