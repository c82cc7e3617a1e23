import { Detector, NOTHING, REQUEST_AUTHENTICATION_DOCS } from '../detector';
import { issuerName, nameOf, quote } from '../rules';

export const headerOnly: Detector = {
  id: 'header-only',
  severity: 'info',
  title: 'A token in Authorization is not read',
  why: 'Any of `fromHeaders`, `fromParams` and `fromCookies` replaces the default places. A token in `Authorization` then counts as no token: it is neither checked nor removed.',
  fix: 'Tell clients the place, or list `Authorization` with prefix `Bearer ` too.',
  link: REQUEST_AUTHENTICATION_DOCS,
  inProvider: ({ headers, params, cookies, policy, index, issuer }) => {
    if (headers.some(({ name }) => name === 'authorization')) return NOTHING;
    const places = [
      ...headers.map(({ name }) => `header ${name}`),
      ...params.map(name => `parameter ${name}`),
      ...cookies.map(name => `cookie ${name}`),
    ];
    return [
      {
        message: `${nameOf(policy)} reads tokens of ${issuerName(
          issuer,
        )} from ${quote(places)} only.`,
        path: `spec.jwtRules[${index}]`,
      },
    ];
  },
};
