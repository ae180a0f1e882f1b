/** Reads, writes and compares IPv4 and IPv6 networks. An address is the network that holds nothing else. */

/** A network, with nothing set behind its prefix. */
export interface Network {
  readonly version: 4 | 6;
  /** Its first address as a number. */
  readonly first: bigint;
  /** How many bits all its addresses share. */
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Four decimal bytes, without leading zeros: some readers take those for octal. */
const V4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/;

/** What stands for every address of both versions. */
export const EVERYWHERE: readonly Network[] = [
  { version: 4, first: 0n, prefix: 0 },
  { version: 6, first: 0n, prefix: 0 },
];

/** So many networks are remembered: of a thousand applications most name the same few. */
const MAX_REMEMBERED = 1000;

const read = new Map<string, Network | undefined>();
const written = new WeakMap<Network, string>();

/** Reads `10.0.0.0/8`, `192.0.2.7` or `2001:db8::/32`; undefined for what is neither. Bits behind the prefix are dropped, as nft(8) drops them. */
export function parseNetwork(text: string): Network | undefined {
  if (read.has(text)) return read.get(text);
  const network = parse(text);
  if (read.size < MAX_REMEMBERED) read.set(text, network);
  return network;
}

function parse(text: string): Network | undefined {
  const [, address = "", digits] = /^([^/]*)(?:\/(0|[1-9][0-9]{0,2}))?$/.exec(text) ?? [];
  const version = address.includes(":") ? 6 : 4;
  const value = version === 4 ? parseV4(address) : parseV6(address);
  const prefix = digits === undefined ? BITS[version] : Number(digits);
  if (value === undefined || prefix > BITS[version]) return undefined;
  const host = BigInt(BITS[version] - prefix);
  return { version, first: value >> host << host, prefix };
}

/** Writes a network so that equal ones are equal texts (RFC 5952): `10.0.0.0/8`, `2001:db8::1`. */
export function formatNetwork(network: Network): string {
  const known = written.get(network);
  if (known !== undefined) return known;
  const text = format(network);
  written.set(network, text);
  return text;
}

function format({ version, first, prefix }: Network): string {
  const address = version === 4 ? formatV4(first) : formatV6(first);
  return prefix === BITS[version] ? address : `${address}/${prefix}`;
}

/** Whether every address of `inner` is one of `outer`. */
export function covers(outer: Network, inner: Network): boolean {
  const host = BigInt(BITS[outer.version] - outer.prefix);
  return outer.version === inner.version && outer.prefix <= inner.prefix &&
    outer.first >> host === inner.first >> host;
}

/** Returns `networks` without those that others hold, IPv4 first, then by address. */
export function mergeNetworks(networks: readonly Network[]): readonly Network[] {
  const sorted = networks.toSorted((a, b) =>
    a.version - b.version || (a.first < b.first ? -1 : a.first > b.first ? 1 : a.prefix - b.prefix)
  );
  // A network that holds another begins before it, or where it begins and is shorter.
  return sorted.reduce<readonly Network[]>((kept, network) => {
    const last = kept.at(-1);
    return last !== undefined && covers(last, network) ? kept : [...kept, network];
  }, []);
}

function parseV4(address: string): bigint | undefined {
  return V4.test(address)
    ? address.split(".").reduce((sum, byte) => sum << 8n | BigInt(byte), 0n)
    : undefined;
}

/** RFC 4291, 2.2; no zone. */
function parseV6(address: string): bigint | undefined {
  const [, start, embedded] = /^(.*:)([0-9.]*\.[0-9.]*)$/.exec(address) ?? [];
  if (embedded !== undefined) {
    const low = parseV4(embedded);
    return low === undefined
      ? undefined
      : parseV6(`${start}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`);
  }
  const [head = "", tail, ...more] = address.split("::");
  const [before, after] = [words(head), words(tail ?? "")];
  const missing = 8 - before.length - after.length;
  if (more.length > 0 || (tail === undefined ? missing !== 0 : missing < 1)) return undefined;
  const all = [...before, ...Array<string>(missing).fill("0"), ...after];
  return all.every((word) => /^[0-9A-Fa-f]{1,4}$/.test(word))
    ? all.reduce((sum, word) => sum << 16n | BigInt(`0x${word}`), 0n)
    : undefined;
}

function words(text: string): readonly string[] {
  return text === "" ? [] : text.split(":");
}

function formatV4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => value >> shift & 0xffn).join(".");
}

/** The longest run of two or more zero words becomes `::`, the first one where several are as long. */
function formatV6(value: bigint): string {
  const text = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) =>
    (value >> shift & 0xffffn).toString(16)
  )
    .join(":");
  const runs = [...text.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)];
  const longest = runs.reduce<RegExpExecArray | undefined>(
    (best, run) => best === undefined || run[0].length > best[0].length ? run : best,
    undefined,
  );
  if (longest === undefined) return text;
  const [before, after] = [text.slice(0, longest.index), text.slice(longest.index + longest[0].length)];
  return `${before.replace(/:$/, "")}::${after.replace(/^:/, "")}`;
}
