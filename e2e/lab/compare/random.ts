/** Repeatable choices: the same seed gives the same policy sets and requests. */
export interface Random {
  /** Integer from 0 to `below` - 1. */
  int(below: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
  /** Between `min` and `max` different values, in their order. */
  some<T>(values: readonly T[], min: number, max: number): T[];
}

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const random: Random = {
    int: below => Math.floor(next() * below),
    chance: probability => next() < probability,
    pick: values => values[random.int(values.length)],
    some(values, min, max) {
      const count = Math.min(values.length, min + random.int(max - min + 1));
      const indexes = new Set<number>();
      while (indexes.size < count) indexes.add(random.int(values.length));
      return [...indexes].sort((a, b) => a - b).map(index => values[index]);
    },
  };
  return random;
}
