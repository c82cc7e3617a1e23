import { Detector, REQUEST_AUTHENTICATION_DOCS } from '../detector';
import { nameOf, proxiesOf } from '../rules';

export const noAudience: Detector = {
  id: 'no-audience',
  severity: 'info',
  title: 'Tokens for any audience are accepted',
  why: 'Without `audiences` every valid token of the issuer is accepted, also one that was issued for another application (RFC 8725 section 3.9).',
  fix: 'List the audiences that tokens for this service carry.',
  link: REQUEST_AUTHENTICATION_DOCS,
  detect: ({ waysIn }) =>
    proxiesOf(waysIn).flatMap(({ program }) =>
      program.providers
        .filter(({ audiences }) => audiences.length === 0)
        .map(({ policy, index, issuer }) => ({
          message: `${nameOf(policy)} accepts tokens of ${
            issuer === '' ? 'any issuer' : JSON.stringify(issuer)
          } for any audience.`,
          resource: policy,
          path: `spec.jwtRules[${index}]`,
        })),
    ),
};
