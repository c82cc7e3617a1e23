import { HeaderCheck } from './patterns';
import { signatureOf } from './signature';

/** Lists of values of one header, beyond which the rest is given up. */
const MAX_LISTS = 64;

/**
 * Lists of values that together meet what no value meets alone. Envoy asks each check of the values one by one
 * (since the fix of CVE-2026-26308), so that `x: a` and `x: b` meet both `x: a` and `x: b`.
 *
 * Where only routes want a value, the first of them that wants one of the list takes the request, as it does
 * where that value comes alone; so a list begins with any value, and grows by what meets one check more of the
 * others.
 *
 * @param checks - at least two
 * @param values - that meet every combination of patterns that one value meets
 */
export function repeatedValues(
  checks: readonly HeaderCheck[],
  values: readonly string[],
): { lists: string[][]; complete: boolean } {
  const kinds = distinctChecks(checks);
  const others = bitsWhere(kinds, ({ isWantedByRoute }) => !isWantedByRoute);
  if (kinds.length < 2 || others === 0n) return { lists: [], complete: true };
  const singles = new Map<bigint, string>();
  for (const value of values) {
    const met = bitsWhere(kinds, ({ patterns }) =>
      signatureOf(patterns, value).includes('1'),
    );
    if (!singles.has(met)) singles.set(met, value);
  }
  const found = new Map([...singles].map(([met, value]) => [met, [value]]));
  // A map goes on to what is added on the way.
  for (const [met, list] of found) {
    for (const [more, value] of singles) {
      const both = met | more;
      if (found.has(both) || ((both ^ met) & others) === 0n) continue;
      if (found.size - singles.size >= MAX_LISTS) {
        return { lists: listsOf(found), complete: false };
      }
      found.set(both, [...list, value]);
    }
  }
  return { lists: listsOf(found), complete: true };
}

function listsOf(found: ReadonlyMap<bigint, string[]>): string[][] {
  return [...found.values()].filter(({ length }) => length > 1);
}

function distinctChecks(checks: readonly HeaderCheck[]): HeaderCheck[] {
  return [
    ...new Map(checks.map(each => [JSON.stringify(each), each])).values(),
  ];
}

function bitsWhere(
  checks: readonly HeaderCheck[],
  holds: (check: HeaderCheck) => boolean,
): bigint {
  return checks.reduce(
    (bits, check, index) =>
      holds(check) ? bits | (1n << BigInt(index)) : bits,
    0n,
  );
}
