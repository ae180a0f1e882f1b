/** `it.neighbours` as docs/templates.md tells of it, in the real sandbox. */
import assert from "node:assert/strict";
import { startRenderer } from "../../src/definition/renderer.ts";
import type { TemplateContext } from "../../src/definition/definition.ts";
import { RealSystem } from "../../src/host/real_system.ts";
import type { Neighbour } from "../../src/neighbours/neighbour.ts";
import { FAKE_USER } from "../support/fake_system.ts";
import { anApplication, aPublication } from "../support/publication.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/templates.md", import.meta.url));
const SECTION = /^## Neighbours\n([^]*?)^## /m.exec(PAGE)?.[1] ?? "";

const { times: _, ...FORGEJO } = anApplication(
  aPublication("forgejo", { sites: ["git.example.org=3000", "git.example.org/pages=3001"], ports: ["22"] }),
);

const CONTEXT: TemplateContext = {
  variables: {},
  secrets: {},
  user: FAKE_USER,
  host: { name: "server" },
  paths: { home: "/h", data: "/h/data", config: "/h/config.yml", definition: "/h/d", statedirectory: "/s" },
  neighbours: [{ ...FORGEJO, state: { text: "a" } }],
  ppm: { version: "1" },
};

/** What one template prints, or what is wrong with it. */
async function printed(text: string): Promise<string> {
  const [outcome] = await startRenderer(new RealSystem()).render([{ file: "a.eta", text }], CONTEXT);
  assert.ok(outcome !== undefined);
  return outcome.ok ? outcome.text : outcome.problems.map(({ message }) => message).join();
}

Deno.test("docs/templates.md has an example that lists the sites of the neighbours", async () => {
  const example = /^```\n(# <%[^]*?)^```$/m.exec(SECTION)?.[1] ?? "";
  assert.equal(
    await printed(example),
    "# 1 neighbours\ngit.example.org/ 127.0.0.1:3000\ngit.example.org/pages 127.0.0.1:3001\n",
  );
});

Deno.test("docs/templates.md names every field of a neighbour, and no other", () => {
  const rows = SECTION.split("\n").filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) => [...row.split("|")[1]!.matchAll(/`(\w+)`/g)].map((match) => match[1]));
  assert.deepEqual(named.sort(), Object.keys(FORGEJO satisfies Neighbour).sort());
});

Deno.test("it.neighbours can be read, and neither changed nor asked for what is not there", async () => {
  assert.equal(
    await printed("<%= it.neighbours[0].sites[1].path %> <%= it.neighbours[0].state.text %>"),
    "/pages a",
  );
  assert.match(await printed("<% it.neighbours[0].user = 'evil' %>"), /cannot be changed/);
  assert.match(await printed("<% it.neighbours.push({}) %>"), /cannot be changed/);
  assert.match(
    await printed("<%= it.neighbours[0].state.smtp %>"),
    /it\.neighbours\[0\]\.state\.smtp does not exist/,
  );
  assert.match(await printed("<%= it.neighbours[0].times %>"), /it\.neighbours\[0\]\.times does not exist/);
  assert.match(await printed("<%= it.neighbours[1].user %>"), /it\.neighbours\[1\] does not exist/);
});
