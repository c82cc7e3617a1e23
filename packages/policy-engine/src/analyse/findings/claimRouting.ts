import { Detector, NOTHING } from '../detector';
import { findRouteHeader } from '../routeHeaders';
import { nameOf, proxyName } from '../rules';

export const claimRouting: Detector = {
  id: 'claim-routing',
  severity: 'error',
  title: 'A route asks for claims that nothing validates',
  why: 'A VirtualService can match on `@request.auth.claims`, which exist after a RequestAuthentication at the same gateway validated a token. Without one the route is never taken.',
  fix: 'Add a RequestAuthentication with the issuer for the gateway.',
  link: 'https://istio.io/latest/docs/tasks/security/authentication/jwt-route/',
  inWayIn: ({ wayIn, programs: [gateway] }, { mesh }) => {
    if (
      !gateway ||
      gateway.providers.length + gateway.malformedProviders.length > 0
    ) {
      return NOTHING;
    }
    const found = findRouteHeader(mesh, wayIn, name =>
      name.startsWith('@request.auth.claims'),
    );
    if (!found) return NOTHING;
    return [
      {
        message: `${nameOf(
          found.route,
        )} routes by claims, and no RequestAuthentication with rules reaches ${proxyName(
          wayIn.hops[0],
        )}.`,
        resource: found.route,
        path: `spec.http[${found.index}].match`,
      },
    ];
  },
};
