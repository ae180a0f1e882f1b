import fc from "fast-check";
import assert from "node:assert/strict";
import { InvalidError } from "../../src/errors.ts";
import type { Renderer } from "../../src/definition/renderer.ts";
import { render } from "./appinfo_support.ts";

const CONFIG = `definition:
  repository: https://git.example.org/pets/forgejo.git
  revision: main
backup: { repository: "sftp:backup@nas:/srv", passwordfile: p, environment: { KEY: abc }, prune: true }
notify:
  command: [/usr/bin/mail, -s, "{subject}", root]
variables:
  domain: git.example.org
  port: 3000
  peers: &peers [10.0.0.0/8, "fd00::/8"]
`;

const APPINFO = `name: forgejo
version: "11.0"
mainunit: forgejo
enableunits: [forgejo.service, forgejo-db.service]
variables:
  domain: { type: hostname, description: Where people reach it }
  port: { type: port, default: !yaml "<%= 3000 %>" }
  peers: { type: list, of: cidr, default: [] }
  colour: { type: choice, choices: [red, green], default: red }
secrets:
  dbpassword: { length: 32 }
plugins:
  backups_none: { reason: it keeps nothing }
state:
  website: { domain: "<%= it.variables.domain %>", port: !yaml "<%= it.variables.port %>" }
`;

/** Pieces that mean something to YAML, to a schema, or to JavaScript. */
const PIECES = [
  ..." \t\n\r:-?[]{},#&*!|>'\"%@`~<=\0\x1b\ufeff\u2028\ud800",
  "\n\n",
  "  ",
  "- ",
  ": ",
  "---\n",
  "...\n",
  "%YAML 1.1\n",
  "%TAG ! x:\n",
  "!!binary ",
  "!yaml ",
  "!<x> ",
  "&a ",
  "*a",
  "*peers",
  "<<: ",
  "__proto__: ",
  "constructor: ",
  "toString",
  "null",
  "true",
  "no",
  ".nan",
  "-.inf",
  "1e999",
  "0755",
  "0o7",
  "12345678901234567890",
  "<%= x %>",
  "<%",
  '"\\ud800"',
  '"\\x00"',
  "|-\n",
  ">+2\n",
];

/** A change: what is cut out at a point of the text (in thousandths of it), and what is put there. */
const change = fc.record({
  at: fc.integer({ min: 0, max: 1000 }),
  cut: fc.nat({ max: 12 }),
  put: fc.oneof(fc.constantFrom(...PIECES), fc.constant(""), fc.string({ maxLength: 6 })),
});

function mutate(text: string, changes: readonly { at: number; cut: number; put: string }[]): string {
  return changes.reduce((text, { at, cut, put }) => {
    const offset = Math.floor(text.length * at / 1000);
    return text.slice(0, offset) + put + text.slice(offset + cut);
  }, text);
}

/** Gives what a template might: every kind of text, or a problem; runs nothing. */
class CannedRenderer implements Renderer {
  readonly #texts = ["git.example.org", "3000", "[1, {a: b}]", "", "*x", "\0", "a: b\n---\n"];
  #next = 0;

  render(jobs: Parameters<Renderer["render"]>[0]): ReturnType<Renderer["render"]> {
    return Promise.resolve(jobs.map(({ file }) => {
      const text = this.#texts[this.#next++ % 9];
      return text === undefined
        ? { ok: false, problems: [{ file, message: "x" }] }
        : { ok: true, text, hashes: [] };
    }));
  }
}

Deno.test("renderAppInfo() and checkConfig() meet 2,000 mutated files with success or InvalidError, within a second each", async () => {
  let accepted = 0;
  const renderer = new CannedRenderer();
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 4 }),
      fc.array(change, { maxLength: 3 }),
      async (inAppInfo, inConfig) => {
        const start = performance.now();
        try {
          await render(mutate(APPINFO, inAppInfo), mutate(CONFIG, inConfig), renderer);
          accepted++;
        } catch (error) {
          assert.ok(error instanceof InvalidError, error instanceof Error ? error.stack : String(error));
          assert.ok(error.problems.length > 0 && error.problems.every(({ message }) => message.length < 500));
        }
        assert.ok(performance.now() - start < 1000);
      },
    ),
    { numRuns: 2000, seed: 20261122 },
  );
  assert.ok(accepted > 5 && accepted < 1500, `${accepted} accepted: the mutations are too wild or too tame`);
});
