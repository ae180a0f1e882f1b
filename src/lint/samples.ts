/** Values that nobody gave: plausible ones for variables, and neighbours as there could be. Pure. */
import { checkConfig } from "../config/check_config.ts";
import type { Config } from "../config/config.ts";
import type { Declarations, ItemDeclaration } from "../definition/variables.ts";
import type { ScalarType } from "../definition/variable_types.ts";
import type { Neighbour } from "../neighbours/neighbour.ts";
import { SAMPLE_USER } from "./sample_system.ts";

/** What a variable is called, and what its declaration says of its values. */
type Sampler = (name: string, declaration: ItemDeclaration) => string | number | boolean;

/** By type. Names are those that RFC 2606 sets aside, addresses those of RFC 5737. */
const SAMPLES: Readonly<Record<ScalarType, Sampler>> = {
  string: (name) => `sample ${name}`,
  integer: (_, { min, max }) => Math.ceil(within(min, max)),
  number: (_, { min, max }) => within(min, max),
  boolean: () => false,
  port: () => 8080,
  hostname: (name) => `${label(name)}.example.org`,
  email: (name) => `${label(name)}@example.org`,
  url: (name) => `https://${label(name)}.example.org/`,
  path: (name) => `/srv/${label(name)}`,
  address: () => "192.0.2.1",
  cidr: () => "192.0.2.0/24",
  choice: (_, { choices = [] }) => choices[0] ?? "",
  secret: (name) => `sample-secret-of-${label(name)}`,
};

/** Returns a value that the declaration of a variable, or of the items of a list, allows. */
export function sampleOf(name: string, declaration: ItemDeclaration): string | number | boolean {
  return SAMPLES[declaration.type](name, declaration);
}

/** Returns a value for each variable that has no default. */
export function sampleValues(declarations: Declarations): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...declarations].filter(([, declaration]) => declaration.default === undefined)
      .map(([name, { type, of, ...rest }]) => {
        if (type !== "list") return [name, sampleOf(name, { ...rest, type })];
        return [name, of === undefined ? [] : [sampleOf(name, of)]];
      }),
  );
}

/** Returns a config.yml that gives these values, and all that a definition may need besides. */
export function sampleConfig(variables: Readonly<Record<string, unknown>>): Config {
  const raw = {
    definition: { repository: "https://git.example.org/definition.git" },
    backup: { repository: "/srv/restic", passwordfile: ".restic-password" },
    variables,
  };
  return checkConfig(JSON.stringify(raw), { file: "the sample values", user: SAMPLE_USER }); // JSON is YAML
}

/** Two applications: one has a site and an open port and says something of itself, the other has nothing at all. */
export const SAMPLE_NEIGHBOURS: readonly Neighbour[] = [
  {
    user: "forge",
    instance: "forge",
    host: "server",
    app: { name: "forge", description: "A sample neighbour.", version: "1.0" },
    definition: { repository: "https://git.example.org/forge.git", commit: "1".repeat(40) },
    units: ["forge.service"],
    sites: [{ domain: "git.example.org", path: "/", port: 3000, websocket: false }],
    ports: [{ first: 2222, last: 2222, protocol: "tcp", from: ["0.0.0.0/0", "::/0"] }],
    state: { motd: "Hello" },
  },
  {
    user: "silent",
    instance: "silent",
    host: "server",
    app: { name: "silent", description: "", version: "2" },
    definition: { repository: "https://git.example.org/silent.git", commit: "2".repeat(40) },
    units: [],
    sites: [],
    ports: [],
    state: {},
  },
];

function within(min: number | undefined, max: number | undefined): number {
  return min ?? Math.min(1, max ?? 1);
}

/** A part of a host name, or of a path. */
function label(name: string): string {
  const cleaned = name.toLowerCase().replaceAll("_", "-").replace(/^-+|-+$/g, "").slice(0, 40);
  return cleaned.replace(/-+$/, "") || "sample";
}
