import { Detector, NOTHING } from '../detector';
import { findRouteHeader } from '../routeHeaders';
import { nameOf, proxyName } from '../rules';

export const claimHeaderRoute: Detector = {
  id: 'claim-header-route',
  severity: 'warning',
  title: 'A route goes by a header that anyone can send',
  why: 'A gateway picks the route as the request comes in. What a RequestAuthentication writes into headers, and takes out of them first, counts only for a request with a valid token: for that the route is picked once more. Without a token the caller’s own header decides, though it is taken out before the request goes on.',
  fix: 'Route by the claim itself: `@request.auth.claims.NAME` in place of the header.',
  link: 'https://istio.io/latest/docs/tasks/security/authentication/jwt-route/',
  inWayIn: ({ wayIn, programs: [gateway] }, { mesh }) => {
    const outputs = gateway?.tokenPlaces.outputs ?? [];
    if (outputs.length === 0) return NOTHING;
    const found = findRouteHeader(mesh, wayIn, name =>
      outputs.includes(name.toLowerCase()),
    );
    if (!found) return NOTHING;
    return [
      {
        message: `${nameOf(found.route)} routes by header ${
          found.name
        }, which ${proxyName(
          wayIn.hops[0],
        )} writes from claims: without a token, a caller's own header decides.`,
        resource: found.route,
        path: `spec.http[${found.index}].match`,
      },
    ];
  },
};
