import { formatDuration } from '../format/formatTime';

/** Clock skew that Envoy allows, in seconds. */
export const SKEW_S = 60;

/** What a token's times say at a moment. */
export interface TimesVerdict {
  validity: 'within' | 'expired' | 'not-yet-valid' | 'unreadable';
  /** One line per claim that has a time. */
  lines: { claim: 'exp' | 'nbf' | 'iat'; at?: string; text: string }[];
}

/** @param now - in milliseconds since the epoch, by the reader's clock */
export function judgeTimes(
  claims: Record<string, unknown>,
  now: number,
): TimesVerdict {
  const nowS = now / 1000;
  const lines: TimesVerdict['lines'] = [];
  let validity: TimesVerdict['validity'] = 'within';
  for (const claim of ['exp', 'nbf', 'iat'] as const) {
    const value = claims[claim];
    if (value === undefined) {
      if (claim === 'exp') {
        lines.push({ claim, text: 'None: the token never expires.' });
      }
      continue;
    }
    const at = readTime(value);
    if (at === undefined) {
      validity = 'unreadable';
      lines.push({ claim, text: 'No number of seconds: it cannot be read.' });
      continue;
    }
    // Envoy reads whole seconds.
    const seconds = Math.trunc(value as number);
    if (claim === 'exp' && seconds === 0) {
      lines.push({ claim, text: '0: for Envoy the token never expires.' });
      continue;
    }
    lines.push({ claim, at, text: describe(claim, seconds - nowS) });
    if (validity === 'within' && claim === 'exp' && seconds + SKEW_S < nowS) {
      validity = 'expired';
    }
    if (validity === 'within' && claim === 'nbf' && seconds - SKEW_S > nowS) {
      validity = 'not-yet-valid';
    }
  }
  return { validity, lines };
}

function readTime(value: unknown): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    return undefined;
  }
  const date = new Date(value * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** @param left - seconds from now, negative for the past */
function describe(claim: 'exp' | 'nbf' | 'iat', left: number): string {
  const span = formatDuration(Math.abs(left) * 1000);
  const skewed = Math.abs(left) <= SKEW_S;
  if (claim === 'iat') {
    return left > 0
      ? `Issued in ${span}, by this clock.`
      : `Issued ${span} ago.`;
  }
  if (claim === 'exp') {
    if (left >= 0) {
      return `Expires in ${span}.`;
    }
    return skewed
      ? 'Expired, within the 60 seconds of skew that Envoy allows.'
      : `Expired ${span} ago.`;
  }
  if (left <= 0) {
    return `Valid since ${span} ago.`;
  }
  return skewed
    ? 'Not yet valid, within the 60 seconds of skew that Envoy allows.'
    : `Not valid for another ${span}.`;
}
