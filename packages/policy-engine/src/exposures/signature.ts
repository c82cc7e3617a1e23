import { matchesPattern, StringPattern } from '../match/stringPattern';

/** Which patterns a value matches; policies cannot tell values with equal signatures apart. */
export function signatureOf(
  patterns: readonly StringPattern[],
  value: string,
): string {
  return patterns
    .map(pattern => Number(matchesPattern(pattern, value)))
    .join('');
}
