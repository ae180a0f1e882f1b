import assert from "node:assert/strict";
import { draftAppInfo } from "../../../src/definition/appinfo_draft.ts";
import { compareVariables, type VariableChange } from "../../../src/upgrade/preview/variable_changes.ts";

function draft(variables: string) {
  const text = `name: web\nversion: "1"\nmainunit: web\nenableunits: []\nvariables: ${variables}\n`;
  return draftAppInfo(new TextEncoder().encode(text), "appinfo.yml");
}

const CASES: readonly {
  readonly what: string;
  readonly before: string;
  readonly after: string;
  readonly configured?: readonly string[];
  readonly changes: readonly VariableChange[];
}[] = [
  {
    what: "says nothing of what stays, however it is described",
    before: "{ port: { type: port, default: 80, description: where } }",
    after: "{ port: { default: 80, type: port } }",
    changes: [],
  },
  {
    what: "shows the default of a new variable, and its description",
    before: "{}",
    after: "{ port: { type: port, default: 8080, description: where it listens } }",
    changes: [{
      kind: "new",
      name: "port",
      type: "port",
      description: "where it listens",
      default: "8080",
      configured: false,
    }],
  },
  {
    what: "shows a default that is a template as it is written",
    before: "{}",
    after: `{ workers: { type: integer, min: 1, default: !yaml "<%= 2 * 2 %>" } }`,
    changes: [{
      kind: "new",
      name: "workers",
      type: "integer, at least 1",
      description: null,
      default: `"<%= 2 * 2 %>"`,
      configured: false,
    }],
  },
  {
    what: "says of a new secret that it is set, and no more",
    before: "{}",
    after: "{ token: { type: secret } }",
    configured: ["token", "other"],
    changes: [{
      kind: "new",
      name: "token",
      type: "secret",
      description: null,
      default: null,
      configured: true,
    }],
  },
  {
    what: "shows another type and another default",
    before: "{ mode: { type: choice, choices: [a, b], default: a } }",
    after: "{ mode: { type: choice, choices: [a, b, c], default: c } }",
    configured: ["mode"],
    changes: [{
      kind: "changed",
      name: "mode",
      type: { from: "choice: a, b", to: "choice: a, b, c" },
      default: { from: '"a"', to: '"c"' },
      configured: true,
    }],
  },
  {
    what: "sees a default that goes, and one of a list",
    before: "{ peers: { type: list, of: cidr, default: [10.0.0.0/8] } }",
    after: "{ peers: { type: list, of: { type: cidr } } }",
    configured: ["peers"],
    changes: [{
      kind: "changed",
      name: "peers",
      type: null,
      default: { from: '["10.0.0.0/8"]', to: null },
      configured: true,
    }],
  },
  {
    what: "does not show the default of what becomes a secret",
    before: "{ token: { type: string, default: hunter22 } }",
    after: "{ token: { type: secret } }",
    configured: ["token"],
    changes: [{
      kind: "changed",
      name: "token",
      type: { from: "string", to: "secret" },
      default: null,
      configured: true,
    }],
  },
  {
    what: "names what is gone last, and whether config.yml still sets it",
    before: "{ theme: { type: string, default: x }, color: { type: string, default: x } }",
    after: "{ port: { type: port, default: 1024 } }",
    configured: ["color"],
    changes: [
      { kind: "new", name: "port", type: "port", description: null, default: "1024", configured: false },
      { kind: "gone", name: "theme", configured: false },
      { kind: "gone", name: "color", configured: true },
    ],
  },
];

for (const { what, before, after, configured = [], changes } of CASES) {
  Deno.test(`compareVariables() ${what}`, () => {
    const drafts = [draft(before), draft(after)] as const;
    assert.deepEqual(drafts.flatMap(({ problems }) => problems), []);
    assert.deepEqual(compareVariables(...drafts, configured), changes);
  });
}

Deno.test("compareVariables() compares nothing with what cannot be read any more", () => {
  assert.deepEqual(compareVariables(undefined, draft("{ port: { type: port, default: 80 } }"), []), []);
});
