import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { checkConfig } from "../../src/config/check_config.ts";
import { draftAppInfo } from "../../src/definition/appinfo.ts";
import { SCALAR_TYPES } from "../../src/definition/variable_types.ts";
import { casesOf } from "../../src/lint/cases.ts";
import { sampleOf, sampleValues } from "../../src/lint/samples.ts";

function declarations(variables: string) {
  const draft = draftAppInfo(new TextEncoder().encode(`variables:\n${variables}`), "appinfo.yml");
  deepStrictEqual(draft.problems, []);
  return draft.variables;
}

function labels(variables: string, usesNeighbours = false) {
  return casesOf({ declarations: declarations(variables), usesNeighbours }).all.map(({ label }) => label);
}

for (const [type, judge] of Object.entries(SCALAR_TYPES)) {
  Deno.test(`sampleOf() makes up a value of type ${type} that passes`, () => {
    for (const constraints of [{}, { min: 7 }, { max: -7 }, { min: 2, max: 3 }]) {
      const declaration = {
        ...constraints,
        choices: ["red", "green"],
        type: type as keyof typeof SCALAR_TYPES,
      };
      for (const name of ["domain", "_A_long__Name_", "x".repeat(60)]) {
        const verdict = judge(sampleOf(name, declaration), declaration);
        strictEqual("fault" in verdict ? verdict.fault : undefined, undefined);
      }
    }
  });
}

Deno.test("sampleValues() makes up what has no default, and nothing else", () => {
  const values = sampleValues(declarations(`
  domain: { type: hostname }
  port: { type: port, default: 80 }
  peers: { type: list, of: cidr }
`));
  deepStrictEqual(values, { domain: "domain.example.org", peers: ["192.0.2.0/24"] });
});

Deno.test("casesOf() tries each other value of choices and booleans once, and fills lists that are empty", () => {
  deepStrictEqual(
    labels(`
  tls: { type: choice, choices: [automatic, internal, off], default: internal }
  debug: { type: boolean, default: true }
  mail: { type: boolean }
  peers: { type: list, of: address, default: [] }
  names: { type: list, of: string, default: [] }
  motd: { type: string, default: "" }
`),
    [
      undefined,
      "with tls: automatic",
      "with tls: off",
      "with debug: false",
      "with mail: true",
      "with peers: 192.0.2.1",
    ],
  );
});

Deno.test("casesOf() tries a definition that names its neighbours without and with some", () => {
  const { all } = casesOf({ declarations: new Map(), usesNeighbours: true });
  deepStrictEqual(all.map(({ label, neighbours }) => [label, neighbours?.length]), [
    [undefined, 0],
    ["with two neighbours", 2],
  ]);
});

Deno.test("casesOf() leaves out what is too many, and says how many", () => {
  const choices = Array.from({ length: 40 }, (_, at) => `c${at}`).join(", ");
  const { all, leftOut } = casesOf({
    declarations: declarations(`  c: { type: choice, choices: [${choices}] }\n`),
    usesNeighbours: false,
  });
  strictEqual(all.length + leftOut, 40);
  strictEqual(all.length, 25);
});

Deno.test("casesOf() tries the values of a config.yml and no others", () => {
  const user = { name: "app", home: "/home/app" };
  const config = checkConfig("definition: { repository: /srv/x }", { file: "config.yml", user });
  const { all } = casesOf({
    declarations: declarations("  debug: { type: boolean, default: true }\n"),
    usesNeighbours: false,
    config,
  });
  deepStrictEqual(all, [{ label: undefined, config, neighbours: undefined }]);
});
