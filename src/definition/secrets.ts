/**
 * Generated secrets: random once per instance, kept in `.ppm/secrets.yml`, where they can be read and replaced by hand.
 *
 * Pure: reading and writing the file is the caller's part. A damaged file is an error, never a reason to make new secrets.
 */

/** What a definition says of one generated secret. */
export interface SecretDeclaration {
  /** Characters, 16 to 128. */
  readonly length: number;
}

/** Declared secrets by name. */
export type SecretDeclarations = Readonly<Record<string, SecretDeclaration>>;

/** What {@linkcode completeSecrets} found and made. */
export interface CompletedSecrets {
  /** All secrets, those that are no longer declared included: what the file is to hold. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Names of those that were made now; if there are none, there is nothing to write. */
  readonly added: readonly string[];
  /** Names in the file that the definition no longer declares. */
  readonly unused: readonly string[];
}

/** Reads the content of `.ppm/secrets.yml`. Throws {@linkcode InvalidError} naming the line for anything but a mapping of names to text. */
export function parseSecrets(_source: Uint8Array): Readonly<Record<string, string>> {
  throw new Error("unwritten");
}

/** Returns the content of `.ppm/secrets.yml`, to be written with mode 0600. */
export function formatSecrets(_secrets: Readonly<Record<string, string>>): string {
  throw new Error("unwritten");
}

/** Adds what is declared and not there yet, from `random` (n random bytes); what exists is kept for ever. */
export function completeSecrets(
  _declared: SecretDeclarations,
  _existing: Readonly<Record<string, string>>,
  _random: (bytes: number) => Uint8Array,
): CompletedSecrets {
  throw new Error("unwritten");
}

/** Returns `existing` and, for each secret that would still have to be made, a recognisable text of its length. For dry runs. */
export function previewSecrets(
  _declared: SecretDeclarations,
  _existing: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  throw new Error("unwritten");
}
