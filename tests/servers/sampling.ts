/** Which of many cases a run of the tests takes. */

/** `PPM_SOAK=1` tries every moment; else a seeded few of them, which keeps `make test` within its time. */
export const SOAK = Deno.env.get("PPM_SOAK") === "1";

/** Other moments are tried with another number. */
const SEED = Number(Deno.env.get("PPM_SEED") ?? "1");

/** Returns `count` of `items` in their order (all of them in a soak), chosen by the seed and by `salt`. */
export function sample<T>(items: readonly T[], count: number, salt: string): readonly T[] {
  if (SOAK || items.length <= count) return items;
  const random = generator(`${SEED} ${salt}`);
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(Math.floor(random() * items.length));
  return items.filter((_, at) => chosen.has(at));
}

/** `PPM_TURN=0` and `PPM_TURN=1`, of which `make test` sets one by the commit, each take half of what takes minutes; without it, all is taken. */
const TURN = Deno.env.get("PPM_TURN");

/** Returns one of `items`, another one in the next turn; all of them in a soak and where no turn is set. `salt` has it that not everything takes the first one in the same turn. */
export function inTurn<T>(items: readonly T[], salt: string): readonly T[] {
  if (SOAK || TURN === undefined) return items;
  const offset = Math.floor(generator(salt)() * items.length);
  return items.filter((_, at) => at === (Number(TURN) + offset) % items.length);
}

/** Returns numbers from 0 to 1 that depend on `seed` alone (FNV-1a, then xorshift). */
function generator(seed: string): () => number {
  let state = 2166136261;
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619);
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
