/** What a hostile user may have its own ppm set up: parts of appinfo.yml and of config.yml. */
import { MARK } from "./hostile_states.ts";

interface HostileDefinition {
  readonly name: string;
  /** What appinfo.yml says besides, or instead: lines that begin with a key. */
  readonly appinfo?: string;
  /** What config.yml says besides. */
  readonly config?: string;
  /** What `ppm setup` refuses it with; undefined: it publishes it. */
  readonly refused?: RegExp;
}

function website(options: string): string {
  return `plugins: { backups_none: { reason: None }, website: ${options} }`;
}

function firewall(open: string): string {
  return `plugins: { backups_none: { reason: None }, firewall: { open: ${open} } }`;
}

export const DEFINITIONS: readonly HostileDefinition[] = [
  {
    name: "a description of two lines",
    appinfo: `description: "A page\\nof ${MARK}"`,
    refused: /appinfo\.yml/,
  },
  { name: "a description that paints", appinfo: `description: "\\e[2J${MARK}"`, refused: /appinfo\.yml/ },
  { name: "a version that runs backwards", appinfo: `version: "\\u202e${MARK}"`, refused: /appinfo\.yml/ },
  { name: "a name with a quotation mark", appinfo: `name: 'x" drop'`, refused: /appinfo\.yml/ },
  { name: "a state with a line break", appinfo: `state: { motd: "a\\n${MARK}" }`, refused: /appinfo\.yml/ },
  {
    name: "a state that is too deep",
    appinfo: `state: ${"{ a: ".repeat(30)}1${" }".repeat(30)}`,
    refused: /appinfo\.yml/,
  },
  {
    name: "a state that is too large",
    appinfo: `state: { a: ${MARK.repeat(10_000)} }`,
    refused: /appinfo\.yml/,
  },
  { name: "a state with __proto__", appinfo: `state: { __proto__: { user: ben } }`, refused: /appinfo\.yml/ },
  { name: "every domain", appinfo: website('{ domain: "*", port: 9001 }'), refused: /appinfo\.yml/ },
  {
    name: "a domain with a line break",
    appinfo: website(`{ domain: "x.org\\n${MARK}", port: 9001 }`),
    refused: /appinfo\.yml/,
  },
  {
    name: "a path that climbs",
    appinfo: website("{ domain: x.org, path: /../, port: 9001 }"),
    refused: /appinfo\.yml/,
  },
  {
    name: "the domain of another",
    appinfo: website("{ domain: ben.example.org, port: 9001 }"),
    refused: /the domain ben\.example\.org for evil: ben has it/,
  },
  {
    name: "the domain of another, in capitals",
    appinfo: website("{ domain: BEN.Example.Org, port: 9001 }"),
    refused: /the domain ben\.example\.org for evil: ben has it/,
  },
  {
    name: "the port behind the site of another",
    appinfo: website("{ domain: x.org, port: 8100 }"),
    refused: /the port 8100\/tcp for evil: ben has it/,
  },
  {
    name: "the open port of another",
    appinfo: firewall("[8443]"),
    refused: /the port 8443\/tcp for evil: ben has it/,
  },
  { name: "every port", appinfo: firewall("[1-65535]"), refused: /the port 8443\/tcp for evil: ben has it/ },
  {
    name: "a network that closes a brace",
    appinfo: firewall(`[{ port: 9000, from: ["10.0.0.0/8 } accept"] }]`),
    refused: /appinfo\.yml/,
  },
  { name: "an instance that climbs", config: "instance: ../ben\n", refused: /config\.yml/ },
  {
    name: "a state full of other languages",
    appinfo: `state: { a: "{$HOME}$(id)", constructor: x, "b: #": "- !!js [" }`,
  },
];
