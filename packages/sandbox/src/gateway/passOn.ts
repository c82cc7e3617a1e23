import { isRecord } from '../api/object';
import { FoundToken, listLocations } from './extractTokens';

/** A token whose signature and times hold. @internal */
export interface VerifiedToken extends FoundToken {
  claims: Record<string, unknown>;
}

/** Headers by lower-case name, and the path with its query. @internal */
export interface Forwarded {
  headers: Record<string, string>;
  path: string;
}

/**
 * What a proxy sends on (Envoy's jwt_authn):
 * - a verified token is removed from its header or parameter, unless its rule says
 *   `forwardOriginalToken`; cookies stay
 * - headers that rules write are removed from what the client sent, then written from the claims
 *
 * @internal
 */
export function passOn(
  incoming: Forwarded,
  rules: Record<string, unknown>[],
  verified: VerifiedToken[],
): Forwarded {
  const headers = { ...incoming.headers };
  let { path } = incoming;
  for (const name of rules.flatMap(listOutputHeaders)) {
    delete headers[name];
  }
  for (const token of verified) {
    const rule = rules.find(candidate => accepts(candidate, token));
    if (!rule) {
      continue;
    }
    if (rule.forwardOriginalToken !== true) {
      if (token.in === 'header') {
        delete headers[token.name];
      } else if (token.in === 'query') {
        path = removeParameter(path, token.name);
      }
    }
    Object.assign(headers, writeClaims(rule, token));
  }
  return { headers, path };
}

function accepts(rule: Record<string, unknown>, token: VerifiedToken): boolean {
  return (
    (!rule.issuer || rule.issuer === token.claims.iss) &&
    listLocations(rule).some(
      location => location.in === token.in && location.name === token.name,
    )
  );
}

function listClaimOutputs(rule: Record<string, unknown>) {
  const outputs = Array.isArray(rule.outputClaimToHeaders)
    ? rule.outputClaimToHeaders.filter(isRecord)
    : [];
  return outputs.map(({ header, claim }) => ({
    header: String(header).toLowerCase(),
    claim: String(claim),
  }));
}

function listOutputHeaders(rule: Record<string, unknown>): string[] {
  const { outputPayloadToHeader: payload } = rule;
  return [
    ...(typeof payload === 'string' && payload ? [payload.toLowerCase()] : []),
    ...listClaimOutputs(rule).map(({ header }) => header),
  ];
}

function writeClaims(
  rule: Record<string, unknown>,
  { claims, token }: VerifiedToken,
): Record<string, string> {
  const { outputPayloadToHeader: payload } = rule;
  const copied = listClaimOutputs(rule).flatMap(({ header, claim }) => {
    const value = claim
      .split('.')
      .reduce<unknown>(
        (node, name) =>
          isRecord(node) && Object.hasOwn(node, name) ? node[name] : undefined,
        claims,
      );
    return ['string', 'number', 'boolean'].includes(typeof value)
      ? [[header, String(value)]]
      : [];
  });
  return {
    ...Object.fromEntries(copied),
    ...(typeof payload === 'string' && payload
      ? { [payload.toLowerCase()]: token.split('.')[1] }
      : {}),
  };
}

function removeParameter(path: string, name: string): string {
  const [base, ...rest] = path.split('?');
  const query = rest
    .join('?')
    .split('&')
    .filter(pair => pair.split('=')[0] !== name)
    .join('&');
  return query ? `${base}?${query}` : base;
}
