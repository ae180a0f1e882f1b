/** What belongs to this instance alone: its generated secrets and its key, as they stand or as they are about to be made. */
import { InvalidError } from "../errors.ts";
import {
  completeSecrets,
  formatSecrets,
  parseSecrets,
  previewSecrets,
  type SecretDeclarations,
  type Secrets,
} from "../definition/secrets.ts";
import type { ReadSystem } from "../host/system.ts";
import { KEY_FILE, SECRETS_FILE } from "../layout.ts";
import type { Action, PrivateFile } from "../plan/actions.ts";

/** SHA-256's block would do as well; 32 bytes is what HMAC-SHA-256 asks for (RFC 2104: no shorter than the digest). */
const KEY_BYTES = 32;

/** The secrets and the key of an instance. */
export interface Private {
  /** The values of all declared secrets: what templates see. */
  readonly secrets: Secrets;
  /** These, and those of the file that are no longer declared: what must not be shown. */
  readonly allSecrets: Secrets;
  readonly key: Uint8Array;
  /** The contents of both files, as they stand or will stand. */
  readonly contents: readonly string[];
  /** What writes the files; nothing where they stand already. */
  readonly actions: readonly Action[];
}

/** Reads the secrets and the key, and makes what is missing. A preview makes nothing: it gets placeholders. */
export function privateFiles(
  system: ReadSystem,
  declared: SecretDeclarations,
  options: { preview: boolean },
): Private {
  const { home } = system.user;
  const secretsFile = system.readFile(`${home}/${SECRETS_FILE}`);
  const existing = secretsFile === undefined ? {} : parseSecrets(secretsFile);
  const keyFile = system.readFile(`${home}/${KEY_FILE}`);
  const { secrets, added } = completeSecrets(declared, existing, randomBytes);
  const key = keyFile === undefined
    ? (options.preview ? new Uint8Array(KEY_BYTES) : randomBytes(KEY_BYTES))
    : parseKey(keyFile);
  const newSecrets: readonly PrivateFile[] = added.length === 0
    ? []
    : [{ path: SECRETS_FILE, content: formatSecrets(secrets) }];
  const newKey: readonly PrivateFile[] = keyFile === undefined
    ? [{ path: KEY_FILE, content: `${key.toHex()}\n` }]
    : [];
  const files = [...newSecrets, ...newKey];
  const names = [
    ...added.map((name) => `the secret ${name}`),
    ...newKey.map(() => "the key of this instance"),
  ];
  const values = options.preview ? previewSecrets(declared, existing) : secrets;
  return {
    secrets: Object.fromEntries(Object.keys(declared).map((name) => [name, values[name] ?? ""])),
    allSecrets: values,
    key,
    contents: [newSecrets[0]?.content ?? decode(secretsFile), newKey[0]?.content ?? decode(keyFile)],
    actions: files.length === 0
      ? []
      : [{ kind: "write-secrets", files, names, why: "generated once, and the same from then on" }],
  };
}

function randomBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}

function parseKey(content: Uint8Array): Uint8Array {
  const text = decode(content).trim();
  if (/^[0-9a-f]{64}$/.test(text)) return Uint8Array.fromHex(text);
  throw new InvalidError([{
    file: KEY_FILE,
    line: 1,
    message: `expected ${KEY_BYTES * 2} hexadecimal digits`,
  }], {
    hint: "Bring it back from a backup; with another key, password hashes in rendered files become others",
  });
}

function decode(content: Uint8Array | undefined): string {
  return new TextDecoder().decode(content);
}
