/** What a user without scruples may put into its own entry of the state directory, and what readers are to make of it. */

/** In everything that the hostile user writes and that nobody is to see. */
export const MARK = "zz0wned";

/** What becomes of a state. */
export type Outcome =
  /** Nothing is said of it: nothing was published. */
  | { readonly kind: "absent" }
  /** A warning, and nothing else; `why` is how it ends. */
  | { readonly kind: "left out"; readonly why: string }
  /** It counts: with these rules in the firewall's script, in their order. */
  | { readonly kind: "listed"; readonly rules: readonly string[] }
  /** It is contested: whoever acts upon it names this, and does nothing. */
  | { readonly kind: "conflict"; readonly wanted: string }
  /** It changes while one looks: each look sees one or the other, whole. */
  | { readonly kind: "changing" };

/** One state of the entry, made by its user. */
export interface HostileState {
  readonly name: string;
  /** The state file; before `script`. */
  readonly content?: string | Uint8Array<ArrayBuffer>;
  /** For bash, in the entry, with `GOOD`, a file that would count, and `OTHER`, a readable file of the user's with the mark in it; `CANARY` is another, which nobody is to open. */
  readonly script?: string;
  /** Python that goes on until everybody has looked; it has the path of the entry in `entry`, and `good`, the content of `GOOD`; `ready()` when all is in place. */
  readonly loop?: string;
  /** Runs `loop` as root: what a user has from a program that is not installed here. */
  readonly asRoot?: boolean;
  readonly outcome: Outcome;
}

export const ABSENT: Outcome = { kind: "absent" };
export const CHANGING: Outcome = { kind: "changing" };
export const LISTED: Outcome = { kind: "listed", rules: [] };

export function leftOut(why: string): Outcome {
  return { kind: "left out", why };
}

export function listed(...rules: readonly string[]): Outcome {
  return { kind: "listed", rules };
}

/** The parts of a state file, as YAML. */
const PARTS = {
  version: "version: 1",
  instance: "instance: evil",
  user: "user: evil",
  host: "host: server",
  app: "app:\n  name: web\n  description: A page\n  version: '1'",
  definition: `definition:\n  repository: /srv/evil.git\n  commit: ${"e".repeat(40)}`,
  units: "units: []",
  plugins: "plugins: {}",
  state: "state: {}",
  times: "times: {}",
};

/** What is changed of them. */
export type Parts = Partial<typeof PARTS>;

/** Returns a state file that counts, but for what is changed. */
export function stateText(changes: Parts = {}): string {
  return Object.values({ ...PARTS, ...changes }).map((part) => `${part}\n`).join("");
}

/** Returns a part `plugins` with sites; what is not said is harmless. */
export function sites(
  ...each: readonly { domain?: string; path?: string; port?: string }[]
): { plugins: string } {
  const lines = each.map(({ domain = `${MARK}.example.org`, path = "/", port = "9001" }) =>
    `      - domain: ${domain}\n        path: ${path}\n        port: ${port}\n        websocket: false\n`
  );
  return { plugins: `plugins:\n  website:\n    sites:\n${lines.join("").trimEnd()}` };
}

/** Returns a part `plugins` with openings; what is not said is harmless. */
export function openings(
  ...each: readonly { first?: string; last?: string; protocol?: string; from?: string }[]
): { plugins: string } {
  const lines = each.map(({ first = "9000", last = first, protocol = "tcp", from = "0.0.0.0/0" }) =>
    `      - first: ${first}\n        last: ${last}\n        protocol: ${protocol}\n        from:\n          - ${from}\n`
  );
  return { plugins: `plugins:\n  firewall:\n    open:\n${lines.join("").trimEnd()}` };
}

export function app(part: { name?: string; description?: string; version?: string }): { app: string } {
  const { name = "web", description = "A page", version = "'1'" } = part;
  return { app: `app:\n  name: ${name}\n  description: ${description}\n  version: ${version}` };
}

/** Returns a case whose state file is good but for some parts. */
export function part(name: string, changes: Parts, outcome: Outcome): HostileState {
  return { name, content: stateText(changes), outcome };
}

export const marked = stateText(app({ version: MARK }));
export const IN_WAY = "is wrong: line";
export const INVISIBLE = leftOut("has a character that cannot be seen");
