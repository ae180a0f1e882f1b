/** SHA-512 crypt, `$6$`, as glibc and libxcrypt have it. Source: Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6. */
import { sha512 } from "@noble/hashes/sha2.js";

const DIGITS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DEFAULT_ROUNDS = 5000;

/** Returns the hash of a password. `salt`: at most 16 characters of `./0-9A-Za-z`; `rounds`: 1000 to 999,999,999. */
export function sha512crypt(password: string, salt: string, rounds = DEFAULT_ROUNDS): string {
  const key = new TextEncoder().encode(password);
  const seed = new TextEncoder().encode(salt);
  const inner = sha512(concat(key, seed, key));
  const first: Uint8Array[] = [key, seed, stretch(inner, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) first.push(bits & 1 ? inner : key);
  let digest = sha512(concat(...first));
  const p = stretch(sha512(concat(...Array.from(key, () => key))), key.length);
  const s = stretch(sha512(concat(...Array.from({ length: 16 + digest[0]! }, () => seed))), seed.length);
  for (let round = 0; round < rounds; round++) {
    const parts = [round & 1 ? p : digest];
    if (round % 3 !== 0) parts.push(s);
    if (round % 7 !== 0) parts.push(p);
    parts.push(round & 1 ? digest : p);
    digest = sha512(concat(...parts));
  }
  const prefix = rounds === DEFAULT_ROUNDS ? "$6$" : `$6$rounds=${rounds}$`;
  return `${prefix}${salt}$${encode(digest)}`;
}

/** Encodes a digest in the order that the format prescribes: three bytes as four digits, least significant first. */
function encode(digest: Uint8Array): string {
  let text = "";
  for (let i = 0; i < 21; i++) {
    const bytes = [digest[i]!, digest[i + 21]!, digest[i + 42]!];
    const turn = i % 3;
    text += digits(bytes[turn]!, bytes[(turn + 1) % 3]!, bytes[(turn + 2) % 3]!, 4);
  }
  return text + digits(0, 0, digest[63]!, 2);
}

function digits(high: number, middle: number, low: number, count: number): string {
  let value = (high << 16) | (middle << 8) | low;
  let text = "";
  for (let i = 0; i < count; i++, value >>= 6) text += DIGITS[value & 63];
  return text;
}

/** Repeats a digest up to a length. */
function stretch(digest: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => digest[index % digest.length]!);
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
