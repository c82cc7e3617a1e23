/** Deeper ones are not looked at: no field that matters is, and what is read here may be anything. */
const MAX_DEPTH = 8;

/** Sees every field of an untrusted value, and of what is in it, whatever its form. */
export function visitFields(
  value: unknown,
  see: (key: string, item: unknown) => void,
  depth = 0,
): void {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
  for (const [key, item] of Object.entries(value)) {
    see(key, item);
    visitFields(item, see, depth + 1);
  }
}
