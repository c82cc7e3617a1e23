/** What `compute` makes of an object, made once and kept as long as the object is. */
export function perObject<K extends object, T extends {}>(
  compute: (of: K) => T,
): (of: K) => T {
  const known = new WeakMap<K, T>();
  return of => {
    let value = known.get(of);
    if (value === undefined) known.set(of, (value = compute(of)));
    return value;
  };
}
