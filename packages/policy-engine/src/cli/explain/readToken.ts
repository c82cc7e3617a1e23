import { readCompactJws } from '../../decide/compactJws';
import { RequestToken } from '../../model';
import { printable } from '../printable';

/** A token's text, read without its key. The text itself is kept nowhere. */
export interface ReadToken {
  token: RequestToken;
  /** What a person may see: header and claims, never the signature. */
  shown: string[];
}

/** Envoy's clock skew. */
const SKEW_SECONDS = 60;
const MAX_SHOWN = 200;

/**
 * Decodes a JWT. Whether its signature holds cannot be seen here: it is taken as good unless
 * `validity` or the answer that was seen says otherwise.
 */
export function readToken(
  text: string,
  told: { validity?: RequestToken['validity']; body?: string; now: Date },
): ReadToken {
  const compact = readCompactJws(text);
  if (compact.kind === 'malformed') {
    const why =
      compact.reason ?? 'Jwt is not in the form of Header.Payload.Signature';
    return {
      token: {
        in: 'header',
        validity: told.validity ?? 'malformed',
        claims: {},
      },
      shown: [`Token: malformed (${why}).`],
    };
  }
  const { claims } = compact;
  const validity =
    told.validity ?? validityOf(claims, told.body, told.now.getTime() / 1000);
  return {
    token: { in: 'header', validity, claims },
    shown: [
      `Token: ${validity}${
        told.validity === undefined && validity === 'valid'
          ? ', if its signature holds, which is not checked here'
          : ''
      }.`,
      ...Object.entries(claims).map(
        ([name, value]) =>
          `  ${printable(name)}: ${describeClaim(name, value)}`,
      ),
    ],
  };
}

function validityOf(
  claims: Record<string, unknown>,
  body: string | undefined,
  now: number,
): RequestToken['validity'] {
  if (/Jwt verification fails/.test(body ?? '')) return 'bad-signature';
  if (/match kid or alg/.test(body ?? '')) return 'unknown-key';
  const { exp, nbf } = claims;
  if (typeof nbf === 'number' && nbf > now + SKEW_SECONDS)
    return 'not-yet-valid';
  // Envoy reads whole seconds, and takes 0 for a token that never expires.
  const end = typeof exp === 'number' ? Math.trunc(exp) : 0;
  return end !== 0 && end < now - SKEW_SECONDS ? 'expired' : 'valid';
}

function describeClaim(name: string, value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  const short = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  const time =
    /^(exp|nbf|iat)$/.test(name) && typeof value === 'number'
      ? new Date(value * 1000)
      : undefined;
  return time && Number.isFinite(time.getTime())
    ? `${short} (${time.toISOString()})`
    : printable(short);
}
