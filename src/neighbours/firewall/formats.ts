/** The firewalls that ppm writes rules for. */
import { firewalldScript } from "./firewalld.ts";
import { nftScript } from "./nft.ts";
import type { Script } from "./script.ts";
import { ufwScript } from "./ufw.ts";

/** How the rules are written for each of them, by the name that people ask for it by. */
export const FORMATS = {
  nft: nftScript,
  firewalld: firewalldScript,
  ufw: ufwScript,
} as const satisfies Readonly<
  Record<string, (script: Script) => string>
>;

export type Format = keyof typeof FORMATS;

/** Reads the name of a firewall; throws Error for any other. */
export function parseFormat(text: string): Format {
  const format = FORMAT_NAMES.find((name) => name === text);
  if (format === undefined) {
    throw new Error(`expected ${FORMAT_NAMES.slice(0, -1).join(", ")} or ${FORMAT_NAMES.at(-1)}`);
  }
  return format;
}

const FORMAT_NAMES: readonly Format[] = ["nft", "firewalld", "ufw"];
