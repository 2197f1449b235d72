/** A map as it was at one moment, made without copying all of it: many of them share what they have in common. */
export class Layered<Value> implements ReadonlyMap<string, Value> {
  readonly size: number;
  readonly #base: ReadonlyMap<string, Value>;
  readonly #changes: ReadonlyMap<string, Value | undefined>;

  /**
   * @param base never changed any more.
   * @param changes what is otherwise than there, undefined where it is no more; never changed any more.
   */
  constructor(base: ReadonlyMap<string, Value>, changes: ReadonlyMap<string, Value | undefined>) {
    this.#base = base;
    this.#changes = changes;
    let size = base.size;
    for (const [id, value] of changes) size += Number(value !== undefined) - Number(base.has(id));
    this.size = size;
  }

  get(id: string): Value | undefined {
    return this.#changes.has(id) ? this.#changes.get(id) : this.#base.get(id);
  }

  has(id: string): boolean {
    return this.get(id) !== undefined;
  }

  *entries(): MapIterator<[string, Value]> {
    for (const entry of this.#base) {
      if (!this.#changes.has(entry[0])) yield entry;
    }
    for (const [id, value] of this.#changes) {
      if (value !== undefined) yield [id, value];
    }
  }

  *keys(): MapIterator<string> {
    for (const [id] of this.entries()) yield id;
  }

  *values(): MapIterator<Value> {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(callback: (value: Value, id: string, map: ReadonlyMap<string, Value>) => void): void {
    for (const [id, value] of this.entries()) callback(value, id, this);
  }

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }
}
