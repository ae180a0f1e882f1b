import assert from "node:assert/strict";
import { usesNeighbours } from "../../src/definition/uses_neighbours.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Whether a definition with this appinfo.yml and these templates uses its neighbours. */
function uses(appinfo: string, templates: Readonly<Record<string, string>> = {}): boolean {
  return usesNeighbours({
    appinfo: bytes(appinfo),
    templates: Object.entries(templates).map(([path, text]) => ({
      path,
      content: bytes(text),
      executable: false,
    })),
  });
}

Deno.test("usesNeighbours() finds the word in appinfo.yml and in templates", () => {
  assert.equal(uses('state: { all: "<%= it.neighbours.length %>" }\n'), true);
  assert.equal(
    uses("name: web\n", { "Caddyfile.eta": "<% for (const n of it.neighbours) { %>x<% } %>" }),
    true,
  );
  assert.equal(uses("name: web\n", { "Caddyfile.eta": 'const { "neighbours": all } = it' }), true);
});

Deno.test("usesNeighbours() finds nothing in what is not rendered, nor in other words", () => {
  assert.equal(uses("name: web\n", { "Caddyfile": "it.neighbours", "a.eta/b": "it.neighbours" }), false);
  assert.equal(uses("plugins: { neighbours_watch: {} }\n", { "a.eta": "neighbour neighboursx" }), false);
});
