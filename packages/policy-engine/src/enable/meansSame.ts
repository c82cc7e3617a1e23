/** Whether two parts of policies say the same: in them, the order of lists never matters. */
export function meansSame(one: unknown, other: unknown): boolean {
  return toText(one) === toText(other);
}

function toText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toText).sort().join()}]`;
  if (value === null || typeof value !== 'object') {
    return JSON.stringify(value) ?? '';
  }
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([key, field]) => `${JSON.stringify(key)}:${toText(field)}`);
  return `{${fields.sort().join()}}`;
}
