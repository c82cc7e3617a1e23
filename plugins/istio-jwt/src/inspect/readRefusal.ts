import { explain } from 'istio-jwt-policy-engine';

const RBAC_BODY = 'RBAC: access denied';
const JWT_BODY = /^(Jwt |Jwks |Audiences in Jwt )/;

/**
 * What the words of a refusal say by themselves, whatever the configuration: who refused, and for
 * a token the reason and its fix.
 */
export function readRefusal({
  status,
  body,
}: {
  status: number;
  body: string;
}): { summary?: string; fix?: string } {
  const text = body.trim();
  if (status === 403 && text === RBAC_BODY) {
    return {
      summary:
        'An AuthorizationPolicy refused it: no ALLOW rule matched, or a DENY rule did.',
    };
  }
  if ((status === 401 || status === 403) && JWT_BODY.test(text)) {
    return explain({
      status,
      body: text,
      trace: [{ filter: 'jwt_authn', outcome: 'refused', message: text }],
    });
  }
  return {};
}
