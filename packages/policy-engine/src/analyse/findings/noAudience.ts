import { Detector, NOTHING, REQUEST_AUTHENTICATION_DOCS } from '../detector';
import { issuerName, nameOf } from '../rules';
import { isSharedIssuer } from '../sharedIssuers';

export const noAudience: Detector = {
  id: 'no-audience',
  severity: 'info',
  title: 'Tokens for any audience are accepted',
  why: 'Without `audiences` every valid token of the issuer is accepted, also one that was issued for another application (RFC 8725 section 3.9). Of some issuers everybody gets tokens, for an application of their own.',
  fix: 'List the audiences that tokens for this service carry.',
  link: REQUEST_AUTHENTICATION_DOCS,
  inProvider: ({ policy, index, issuer, audiences }) => {
    if (audiences.length > 0) return NOTHING;
    const path = `spec.jwtRules[${index}]`;
    const message = `${nameOf(policy)} accepts tokens of ${issuerName(
      issuer,
    )} for any audience`;
    return isSharedIssuer(issuer)
      ? [
          {
            severity: 'warning',
            message: `${message}, and everybody gets tokens of this issuer.`,
            path,
          },
        ]
      : [{ message: `${message}.`, path }];
  },
};
