import { PolicyView, WayInStatus } from 'backstage-plugin-istio-jwt-common';
import { IssuerUse, ResourceRef } from 'istio-jwt-policy-engine';
import { keyOfResource } from '../format/describeResource';

/** What one trusted issuer of a way in says of a token: none of the rest of the configuration matters. */
export interface IssuerComparison {
  issuer: string;
  requestAuthentication: ResourceRef;
  issuerMatches: boolean;
  /** Such as `Only a trailing slash differs.` */
  nearMiss?: string;
  /** Absent where the issuer is another one. */
  audience?: { allowed: boolean; text: string };
}

/** Holds a token's `iss` and `aud` against every issuer that a way in trusts. */
export function compareIssuers(
  { issuers }: Pick<WayInStatus, 'issuers'>,
  claims: Record<string, unknown>,
): IssuerComparison[] {
  const iss = typeof claims.iss === 'string' ? claims.iss : '';
  return issuers.map(use => {
    // An empty issuer trusts any.
    const issuerMatches = use.issuer === '' || use.issuer === iss;
    const nearMiss = issuerMatches ? undefined : describeNearMiss(iss, use);
    return {
      issuer: use.issuer,
      requestAuthentication: use.requestAuthentication,
      issuerMatches,
      ...(nearMiss === undefined ? {} : { nearMiss }),
      ...(issuerMatches ? { audience: compareAudience(use, claims.aud) } : {}),
    };
  });
}

function describeNearMiss(
  iss: string,
  { issuer }: IssuerUse,
): string | undefined {
  if (iss === '') {
    return undefined;
  }
  if (iss === `${issuer}/`) {
    return 'The trailing slash differs: the token has one.';
  }
  if (`${iss}/` === issuer) {
    return 'The trailing slash differs: the token has none.';
  }
  const fold = (text: string) => text.toLowerCase().replace(/\/+$/, '');
  if (fold(iss) === fold(issuer)) {
    return 'They differ in upper and lower case, or in slashes at the end.';
  }
  return iss.replace(/^https?:/, '') === issuer.replace(/^https?:/, '')
    ? 'One is http, the other https.'
    : undefined;
}

function compareAudience(
  { audiences }: IssuerUse,
  aud: unknown,
): NonNullable<IssuerComparison['audience']> {
  if (audiences.length === 0) {
    return { allowed: true, text: 'Any audience is allowed.' };
  }
  const listed = Array.isArray(aud) ? aud : [aud];
  const own = listed.filter((item): item is string => typeof item === 'string');
  const allowed = own.some(item => audiences.map(trim).includes(trim(item)));
  const wanted = audiences.map(item => `“${item}”`).join(' or ');
  if (allowed) {
    return { allowed, text: `It is for ${wanted}.` };
  }
  return {
    allowed,
    text:
      own.length === 0
        ? `Audience not allowed: the token is for nobody in particular, and ${wanted} is asked for.`
        : `Audience not allowed: the token is for ${own
            .map(item => `“${item}”`)
            .join(', ')}, and ${wanted} is asked for.`,
  };
}

/** Envoy compares audiences without scheme and without a slash at the end. */
function trim(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

/** The YAML of a policy that the status shows. */
export function findPolicy(
  policies: PolicyView[],
  ref: ResourceRef,
): string | undefined {
  return policies.find(each => keyOfResource(each.ref) === keyOfResource(ref))
    ?.yaml;
}
