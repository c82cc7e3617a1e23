import { Detector, NOTHING, REQUEST_AUTHENTICATION_DOCS } from '../detector';
import { issuerName, nameOf } from '../rules';

export const noAudience: Detector = {
  id: 'no-audience',
  severity: 'info',
  title: 'Tokens for any audience are accepted',
  why: 'Without `audiences` every valid token of the issuer is accepted, also one that was issued for another application (RFC 8725 section 3.9).',
  fix: 'List the audiences that tokens for this service carry.',
  link: REQUEST_AUTHENTICATION_DOCS,
  inProvider: ({ policy, index, issuer, audiences }) =>
    audiences.length > 0
      ? NOTHING
      : [
          {
            message: `${nameOf(policy)} accepts tokens of ${issuerName(
              issuer,
            )} for any audience.`,
            path: `spec.jwtRules[${index}]`,
          },
        ],
};
