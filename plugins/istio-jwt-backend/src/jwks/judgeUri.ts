import { AllowedHost } from '../config';

export type UriJudgement =
  | { kind: 'allowed'; url: URL }
  | { kind: 'refused'; reason: string; fix: string };

const MAX_URI_LENGTH = 2048;
const DEFAULT_PORTS: Record<string, number> = { http: 80, https: 443 };

/**
 * Whether an address may be asked for keys. Whoever may write a RequestAuthentication chooses such an
 * address, so only hosts that the operator listed are: anything else would let him send requests
 * from here.
 */
export function judgeUri(
  uri: string,
  allowedHosts: readonly AllowedHost[],
): UriJudgement {
  const url =
    uri.length <= MAX_URI_LENGTH && URL.canParse(uri)
      ? new URL(uri)
      : undefined;
  const protocol = url?.protocol.slice(0, -1) ?? '';
  if (!url || !(protocol in DEFAULT_PORTS)) {
    return {
      kind: 'refused',
      reason: 'The address is no http or https URL.',
      fix: 'Correct jwksUri in the RequestAuthentication.',
    };
  }
  if (url.username || url.password) {
    return {
      kind: 'refused',
      reason: 'The address carries credentials.',
      fix: 'Take the credentials out of jwksUri: key sets are public.',
    };
  }
  const port = Number(url.port || DEFAULT_PORTS[protocol]);
  const host = url.hostname.toLowerCase();
  const listed = allowedHosts.some(
    allowed =>
      allowed.protocol === protocol &&
      allowed.port === port &&
      covers(allowed.host, host),
  );
  if (listed) {
    return { kind: 'allowed', url };
  }
  const entry = `${protocol === 'http' ? 'http://' : ''}${host}${
    port === DEFAULT_PORTS[protocol] ? '' : `:${port}`
  }`;
  return {
    kind: 'refused',
    reason: `${entry} is not among the hosts that this backend may ask for keys.`,
    fix: `To have it checked, an administrator of the portal adds '${entry}' to istioJwt.jwks.allowedHosts.`,
  };
}

function covers(pattern: string, host: string): boolean {
  return (
    pattern === host ||
    (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))
  );
}
