/**
 * Generated secrets: random once per instance, kept in `.ppm/secrets.yml`, where they can be read and replaced by hand.
 *
 * Pure: reading and writing the file is the caller's part. A damaged file is an error, never a reason to make new secrets.
 */
import { kindOf } from "../config/kinds.ts";
import { Problems } from "../config/problems.ts";
import { lineFault } from "../config/schema.ts";
import { parseYaml } from "../config/yaml.ts";
import { InvalidError } from "../errors.ts";
import { SECRETS_FILE } from "../layout.ts";

/** What a definition says of one generated secret. */
export interface SecretDeclaration {
  /** Characters, 16 to 128. */
  readonly length: number;
}

/** Declared secrets by name. */
export type SecretDeclarations = Readonly<Record<string, SecretDeclaration>>;

/** Secrets by name. */
export type Secrets = Readonly<Record<string, string>>;

/** What {@linkcode completeSecrets} found and made. */
export interface CompletedSecrets {
  /** All secrets, those that are no longer declared included: what the file is to hold. */
  readonly secrets: Secrets;
  /** Names of those that were made now; if there are none, there is nothing to write. */
  readonly added: readonly string[];
}

const HEADER =
  `# Made by ppm, once, for this instance. The application knows these values: keep them as long as its data.
# To rotate one, remove its line (or write a value of your own) and run: ppm setup && ppm restart
`;

const HINT =
  `Bring it back from a backup, or mend the line: ppm makes no new secrets while it cannot read the old ones`;

/** 62 characters that no shell, URL, YAML or unit file reads as anything else: 5.95 bits each. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Reads the content of `.ppm/secrets.yml`. Throws {@linkcode InvalidError} naming the line for anything but a mapping of names to text. */
export function parseSecrets(source: Uint8Array): Secrets {
  if (isAllComments(source)) return {};
  const document = readYaml(source);
  const problems = new Problems();
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(document.value)) {
    const fault = typeof value === "string"
      ? lineFault(value)
      : `must be text, not ${kindOf(value)}: put it in quotes`;
    if (fault !== undefined) problems.add(SECRETS_FILE, document.position([name]), `"${name}" ${fault}`);
    else if (typeof value === "string") secrets[name] = value;
  }
  problems.throwIfAny({ hint: HINT });
  return secrets;
}

/** What is left when the last line was removed to rotate it. A file without a single byte is no such thing, but a damaged one. */
function isAllComments(source: Uint8Array): boolean {
  const lines = new TextDecoder().decode(source).trim().split("\n");
  return lines.every((line) => line.trim() === "" || line.startsWith("#")) &&
    lines.some((line) => line.startsWith("#"));
}

function readYaml(source: Uint8Array) {
  try {
    return parseYaml(source, SECRETS_FILE);
  } catch (error) {
    throw error instanceof InvalidError ? new InvalidError(error.problems, { hint: HINT }) : error;
  }
}

/** Returns the content of `.ppm/secrets.yml`, to be written with mode 0600. */
export function formatSecrets(secrets: Secrets): string {
  const lines = Object.entries(secrets).map(([name, value]) =>
    `${formatName(name)}: ${JSON.stringify(value)}\n`
  );
  return HEADER + lines.join("");
}

function formatName(name: string): string {
  return /^(?!null$|true$|false$)[A-Za-z_][A-Za-z0-9_]*$/i.test(name) ? name : JSON.stringify(name);
}

/** Adds what is declared and not there yet, from `random` (which returns that many random bytes); what exists is kept for ever. */
export function completeSecrets(
  declared: SecretDeclarations,
  existing: Secrets,
  random: (count: number) => Uint8Array,
): CompletedSecrets {
  const added = missing(declared, existing);
  const made = added.map(([name, { length }]) => [name, randomText(length, random)]);
  return {
    secrets: { ...existing, ...Object.fromEntries(made) },
    added: added.map(([name]) => name),
  };
}

/** Returns `existing` and, for each secret that would still have to be made, a recognisable text of its length. For dry runs. */
export function previewSecrets(declared: SecretDeclarations, existing: Secrets): Secrets {
  const texts = missing(declared, existing).map((
    [name, { length }],
  ) => [name, `preview${name}`.padEnd(length, "0").slice(0, length)]);
  return { ...existing, ...Object.fromEntries(texts) };
}

function missing(
  declared: SecretDeclarations,
  existing: Secrets,
): readonly (readonly [string, SecretDeclaration])[] {
  return Object.entries(declared).filter(([name]) => !Object.hasOwn(existing, name));
}

/** Bytes beyond the largest multiple of 62 are thrown away: taken modulo 62, they would make some characters likelier than others. */
function randomText(length: number, random: (count: number) => Uint8Array): string {
  const limit = 256 - 256 % ALPHABET.length;
  let text = "";
  while (text.length < length) {
    for (const byte of random(length - text.length)) {
      if (byte < limit) text += ALPHABET[byte % ALPHABET.length];
    }
  }
  return text;
}
