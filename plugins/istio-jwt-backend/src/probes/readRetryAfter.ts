/**
 * Reads a Retry-After header: seconds or an HTTP date.
 *
 * @returns ms from now, never negative; undefined where it cannot be read
 */
export function readRetryAfter(
  header: string | string[] | undefined,
  now: number,
): number | undefined {
  const text = [header].flat()[0]?.trim();
  if (!text) {
    return undefined;
  }
  const at = /^\d{1,9}$/.test(text)
    ? now + Number(text) * 1000
    : Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
