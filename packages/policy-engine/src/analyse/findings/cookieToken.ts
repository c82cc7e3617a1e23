import { Detector, NOTHING, REQUEST_AUTHENTICATION_DOCS } from '../detector';
import { issuerName, nameOf, quote } from '../rules';

export const cookieToken: Detector = {
  id: 'cookie-token',
  severity: 'info',
  title: 'A token in a cookie is accepted',
  why: 'Browsers send cookies by themselves, so a foreign page can make a request with a valid token (cross-site request forgery). Istio also leaves the cookie in the request, whatever `forwardOriginalToken` says.',
  fix: 'Set the cookie with `SameSite=Lax` or `Strict`, or have the application ask for a header that a foreign page cannot send.',
  link: REQUEST_AUTHENTICATION_DOCS,
  inProvider: ({ cookies, policy, index, issuer }) =>
    cookies.length === 0
      ? NOTHING
      : [
          {
            message: `${nameOf(policy)} accepts tokens of ${issuerName(
              issuer,
            )} in cookie ${quote(cookies)}.`,
            path: `spec.jwtRules[${index}].fromCookies`,
          },
        ],
};
