/** Adds an item to the list of a key. */
export function pushTo<K, T>(map: Map<K, T[]>, key: K, item: T): void {
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}

/** Adds items to the list of a key, which is there afterwards even where there are none. */
export function pushAllTo<K, T>(
  map: Map<K, T[]>,
  key: K,
  items: readonly T[],
): void {
  const list = map.get(key);
  if (list) list.push(...items);
  else map.set(key, [...items]);
}
