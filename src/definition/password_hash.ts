/** Password hashes that are the same on every run: the salt is no random number, it comes from the instance's key. */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bcrypt } from "./bcrypt.ts";
import { sha512crypt } from "./sha512crypt.ts";

/** How a password is to be hashed. */
export interface HashOptions {
  /** @default {"bcrypt"} */
  readonly algorithm?: unknown;
  /** bcrypt: the logarithm of the work, 4 to 14. @default {10} */
  readonly cost?: unknown;
  /** sha512crypt: 1000 to 100,000. @default {5000} */
  readonly rounds?: unknown;
}

const OPTIONS = ["algorithm", "cost", "rounds"];

/** Hashes passwords for one instance. */
export class PasswordHasher {
  readonly #key: Uint8Array;

  /** `key`: the instance's key in hexadecimal digits. */
  constructor(key: string) {
    this.#key = Uint8Array.fromHex(key);
  }

  /** Returns the hash of a password. Throws TypeError or RangeError for arguments that make no sense. */
  hash(password: unknown, options: HashOptions = {}): string {
    if (typeof password !== "string" || password === "") {
      throw new TypeError("passwordhash() takes a password that is not empty");
    }
    if (password.includes("\0")) {
      throw new RangeError("passwordhash() refuses a password with a NUL character");
    }
    if (typeof options !== "object" || options === null) {
      throw new TypeError("passwordhash() takes its options as { name: value }");
    }
    const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
    if (unknown !== undefined) {
      throw new RangeError(
        `passwordhash() has no option ${JSON.stringify(unknown)}: it has ${OPTIONS.join(", ")}`,
      );
    }
    switch (options.algorithm) {
      case undefined:
      case "bcrypt":
        return this.#bcrypt(password, options);
      case "sha512crypt":
        return this.#sha512crypt(password, options);
      default:
        throw new RangeError('passwordhash() knows the algorithms "bcrypt" and "sha512crypt"');
    }
  }

  #bcrypt(password: string, options: HashOptions): string {
    if (options.rounds !== undefined) {
      throw new RangeError("passwordhash() takes rounds for sha512crypt; for bcrypt it is cost");
    }
    const cost = integer("cost", options.cost ?? 10, 4, 14);
    return bcrypt(password, this.#salt("bcrypt", cost, password).subarray(0, 16), cost);
  }

  #sha512crypt(password: string, options: HashOptions): string {
    if (options.cost !== undefined) {
      throw new RangeError("passwordhash() takes cost for bcrypt; for sha512crypt it is rounds");
    }
    const rounds = integer("rounds", options.rounds ?? 5000, 1000, 100_000);
    const salt = this.#salt("sha512crypt", rounds, password).subarray(0, 12);
    return sha512crypt(password, btoa(String.fromCharCode(...salt)).replaceAll("+", "."), rounds);
  }

  /** 32 bytes that tell nothing of the password to whoever does not have the key. */
  #salt(algorithm: string, work: number, password: string): Uint8Array {
    return hmac(sha256, this.#key, new TextEncoder().encode(`${algorithm}\0${work}\0${password}`));
  }
}

function integer(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`passwordhash() takes a ${name} from ${least} to ${most}`);
}
