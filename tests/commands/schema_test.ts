import * as z from "zod/mini";
import { load } from "js-yaml";
import assert from "node:assert/strict";
import { checkClaims } from "../../src/neighbours/check_claims.ts";
import { formatState, type PublishedState } from "../../src/neighbours/state_file.ts";
import { STATE_SCHEMA } from "../../src/neighbours/state_schema.ts";
import { FAKE_USER, FakeSystem } from "../support/fake_system.ts";
import { runPpm } from "../support/run_ppm.ts";

/** What these tests look at of a JSON Schema. */
interface Schema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly pattern?: string;
  readonly examples?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
}

async function printed(line: string): Promise<Schema> {
  const { code, stdout, stderr } = await runPpm(line);
  assert.deepEqual([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

Deno.test("ppm schema claims explains every key of claims.yml", async () => {
  const schema = await printed("schema claims");
  assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  assert.equal(schema.title, "claims.yml");
  assert.ok(typeof schema.additionalProperties === "object");
  const { properties = {}, additionalProperties } = schema.additionalProperties;
  assert.deepEqual(Object.keys(properties), ["domains", "ports", "networks"]);
  assert.equal(additionalProperties, false);
  for (const [key, { description = "" }] of Object.entries(properties)) {
    assert.ok(description.length > 20, key);
  }
});

Deno.test("ppm schema claims has examples that fit it, and that ppm takes", async () => {
  const { additionalProperties } = await printed("schema claims");
  assert.ok(typeof additionalProperties === "object");
  let count = 0;
  for (const [key, { items }] of Object.entries(additionalProperties.properties ?? {})) {
    for (const { pattern = "", examples = [] } of items?.anyOf ?? [items ?? {}]) {
      for (const example of examples) {
        assert.match(example, new RegExp(pattern));
        checkClaims(`ann: { ${key}: [${JSON.stringify(example)}] }`, "claims.yml");
        count++;
      }
    }
  }
  assert.equal(count, 6);
});

Deno.test("ppm schema claims refuses what its patterns can tell", async () => {
  const { additionalProperties, propertyNames } = await printed("schema claims");
  assert.ok(typeof additionalProperties === "object");
  const { domains, ports } = additionalProperties.properties ?? {};
  assert.doesNotMatch("*", new RegExp(domains?.items?.pattern ?? ""));
  assert.doesNotMatch("x.*.org", new RegExp(domains?.items?.pattern ?? ""));
  assert.doesNotMatch("53/sctp", new RegExp(ports?.items?.anyOf?.[1]?.pattern ?? ""));
  assert.doesNotMatch("-rf", new RegExp(propertyNames?.pattern ?? ""));
});

const STATE: PublishedState = {
  version: 1,
  instance: "git",
  user: "git",
  host: "server",
  app: { name: "forgejo", description: "A git forge", version: "11.0" },
  definition: { repository: "https://git.example.org/pets/forgejo.git", commit: "ab".repeat(20) },
  units: ["forgejo.service"],
  plugins: {
    website: { sites: [{ domain: "git.example.org", path: "/", port: 3000, websocket: false }] },
    firewall: { open: [{ first: 22, last: 22, protocol: "tcp", from: ["10.0.0.0/8"] }] },
    another: { of: "a newer ppm" },
  },
  state: { website: { answer: 42 } },
  times: { backup: "2026-11-22T03:00:00.000Z", upgrade: "2026-11-22T04:00:00.000Z" },
};

/** Returns the state file that says it, as YAML reads it. */
function written(changes: Partial<Record<keyof PublishedState, unknown>> = {}): unknown {
  const text = formatState(STATE, [], { line: 1, column: 1 });
  return { ...z.parse(z.record(z.string(), z.unknown()), load(text)), ...changes };
}

Deno.test("ppm schema state has every key of the state files that ppm writes", async () => {
  const { properties = {}, required, title } = await printed("schema state");
  assert.equal(title, "state.yml");
  assert.deepEqual(Object.keys(properties), Object.keys(STATE));
  assert.deepEqual(required, Object.keys(STATE).filter((key) => key !== "times"));
  assert.ok(z.safeParse(STATE_SCHEMA, written()).success);
  assert.ok(z.safeParse(STATE_SCHEMA, written({ times: undefined })).success);
});

const site = { domain: "a.org", path: "/", port: 80, websocket: true };
const opening = { first: 1, last: 2, protocol: "udp", from: ["::/0"] };

const WRONG: Readonly<Record<string, Partial<Record<keyof PublishedState, unknown>>>> = {
  "a newer version": { version: 2 },
  "an instance that is none": { instance: "../x" },
  "a commit that is none": { definition: { repository: "r", commit: "main" } },
  "a domain that is none": { plugins: { website: { sites: [{ ...site, domain: "a b" }] } } },
  "a path that is none": { plugins: { website: { sites: [{ ...site, path: "x" }] } } },
  "a port that is none": { plugins: { website: { sites: [{ ...site, port: 65536 }] } } },
  "a first port that is none": { plugins: { firewall: { open: [{ ...opening, first: 0 }] } } },
  "another protocol": { plugins: { firewall: { open: [{ ...opening, protocol: "sctp" }] } } },
  "a network that is none": { plugins: { firewall: { open: [{ ...opening, from: ["lan"] }] } } },
  "a time that is none": { times: { drill: "yesterday" } },
  "units that are no list": { units: "a.service" },
};

for (const [what, changes] of Object.entries(WRONG)) {
  Deno.test(`STATE_SCHEMA refuses ${what}`, () => {
    assert.ok(!z.safeParse(STATE_SCHEMA, written(changes)).success);
  });
}

Deno.test("ppm schema names the files that it knows", async () => {
  const { code, stdout, stderr } = await runPpm("schema");
  assert.deepEqual([code, stdout], [2, ""]);
  assert.equal(
    stderr,
    "error: Cannot print a schema: no file is named\nhint: Name one: ppm schema config|appinfo|state|claims\n",
  );
});

Deno.test("ppm schema names the file that was probably meant", async () => {
  const { code, stderr } = await runPpm("schema claim");
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^error: Cannot print the schema of "claim": it is not config, appinfo, state or claims\. Did you mean "claims"\?\n/,
  );
});

Deno.test("ppm schema works for root too", async () => {
  const root = new FakeSystem({ user: { ...FAKE_USER, name: "root", uid: 0, gid: 0, home: "/root" } });
  assert.equal((await runPpm("schema state", { system: root })).code, 0);
});
