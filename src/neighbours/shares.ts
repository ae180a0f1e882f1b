/** Shares a bounded space among applications that do not trust each other: where it is too small, the largest has to go, until the rest fits. */

/** What is kept. Whoever takes no more than an equal share of the space is never crowded out. */
export class Shares<T> {
  readonly #kept: { readonly item: T; readonly size: number }[] = [];
  #left: number;

  constructor(space: number) {
    this.#left = space;
  }

  /** What is kept, in the order in which it came. */
  get kept(): readonly T[] {
    return this.#kept.map(({ item }) => item);
  }

  /** How much of the space is free. */
  get left(): number {
    return this.#left;
  }

  /** Whether the next one, of this size, would be kept: of those for which there is no space, the largest goes. */
  fits(size: number): boolean {
    return size <= this.#left || size < (this.#kept[this.#largest()]?.size ?? 0);
  }

  /** Keeps an item; returns those that have to go, which may be itself. */
  add(item: T, size: number): readonly T[] {
    this.#kept.push({ item, size });
    this.#left -= size;
    const gone: T[] = [];
    while (this.#left < 0) {
      const [largest] = this.#kept.splice(this.#largest(), 1);
      this.#left += largest!.size;
      gone.push(largest!.item);
    }
    return gone;
  }

  /** Of equals the last one. */
  #largest(): number {
    return this.#kept.reduce((most, { size }, at) => size >= this.#kept[most]!.size ? at : most, 0);
  }
}
