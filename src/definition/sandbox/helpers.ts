/** The functions that templates find on `it`. */
import { execValue, unitValue } from "../unit_escape.ts";
import type { HashOptions } from "../password_hash.ts";
import { TemplateError } from "./template_error.ts";

/** What hashes passwords; loaded only where a template asks for it. */
type Hash = (password: unknown, options?: HashOptions) => string;

/** The helpers of one sandbox. */
export class Helpers {
  readonly #hash: Hash;
  readonly #hashes = new Set<string>();

  /** The names as templates see them. */
  readonly names: Readonly<Record<string, unknown>> = {
    passwordhash: explained((password: unknown, options?: HashOptions) =>
      this.#passwordHash(password, options)
    ),
    unitvalue: explained(unitValue),
    execvalue: explained(execValue),
  };

  private constructor(hash: Hash) {
    this.#hash = hash;
  }

  /** Returns the helpers for templates with these texts. `key`: the instance's key in hexadecimal digits. */
  static async load(texts: readonly string[], key: string): Promise<Helpers> {
    if (!texts.some((text) => text.includes("passwordhash"))) return new Helpers(notLoaded);
    const { PasswordHasher } = await import("../password_hash.ts"); // takes 17 ms
    const hasher = new PasswordHasher(key);
    return new Helpers((password, options) => hasher.hash(password, options));
  }

  /** Returns the hashes made since the last call. */
  takeHashes(): readonly string[] {
    const hashes = [...this.#hashes];
    this.#hashes.clear();
    return hashes;
  }

  #passwordHash(password: unknown, options?: HashOptions): string {
    const hash = this.#hash(password, options);
    this.#hashes.add(hash);
    return hash;
  }
}

function notLoaded(): never {
  throw new TemplateError("passwordhash must be spelt out where it is used");
}

/** Makes errors about arguments (RangeError, TypeError) explanations for the author. */
function explained<A extends unknown[]>(helper: (...args: A) => string): (...args: A) => string {
  return (...args) => {
    try {
      return helper(...args);
    } catch (error) {
      if (error instanceof RangeError || error instanceof TypeError) throw new TemplateError(error.message);
      throw error;
    }
  };
}
