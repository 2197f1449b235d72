/** Chance that comes out the same again for the same seed (mulberry32's mixing of a counter). */
export function seeded(seed: number): {
  pick<Item>(items: readonly Item[]): Item | undefined;
  chance(probability: number): boolean;
} {
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    pick: (items) => items[Math.floor(random() * items.length)],
    chance: (probability) => random() < probability,
  };
}
