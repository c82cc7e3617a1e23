import { AnswerOrigin, ReadAnswer } from './observation';

/** One sentence about an answer. */
export function describe({ status, body, origin }: ReadAnswer): string {
  const text = body ? ` ${JSON.stringify(body.slice(0, 120))}` : '';
  const by: Partial<Record<AnswerOrigin, string>> = {
    rbac: ' by the RBAC filter',
    jwt_authn: ' by the jwt_authn filter',
    'ext-authz': ' by an external authorizer',
    workload: ' by the application',
    upstream: ' by a proxy that could not reach the application',
  };
  return status === 'closed'
    ? 'Seen: the connection was closed.'
    : `Seen: ${status}${text}${by[origin] ?? ''}.`;
}

/** A probe may cut the body off. */
export function sameText(seen: string, expected: string): boolean {
  return (
    normalize(seen) === normalize(expected) ||
    (seen.length >= 16 && expected.startsWith(seen))
  );
}

/** Envoy writes spaces in response-code details as underscores. */
export function normalize(text: string): string {
  return text.replace(/[\s_]+/g, '_').trim();
}
