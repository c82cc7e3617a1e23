/** Adds items to the list of a key. */
export function pushTo<K, T>(map: Map<K, T[]>, key: K, ...items: T[]): void {
  const list = map.get(key);
  if (list) list.push(...items);
  else map.set(key, items);
}
