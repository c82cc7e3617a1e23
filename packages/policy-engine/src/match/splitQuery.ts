/** A path without its fragment, cut at the first question mark; the query is undefined where there is none. */
export function splitQuery(path: string): [string, string | undefined] {
  const end = path.indexOf('#');
  const whole = end < 0 ? path : path.slice(0, end);
  const cut = whole.indexOf('?');
  return cut < 0
    ? [whole, undefined]
    : [whole.slice(0, cut), whole.slice(cut + 1)];
}
