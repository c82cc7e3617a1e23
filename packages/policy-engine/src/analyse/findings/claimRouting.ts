import { VirtualServiceSpec } from '../../parse/specs';
import { Detector, NOTHING, Occurrence } from '../detector';
import { nameOf, proxyName } from '../rules';

export const claimRouting: Detector = {
  id: 'claim-routing',
  severity: 'error',
  title: 'A route asks for claims that nothing validates',
  why: 'A VirtualService can match on `@request.auth.claims`, which exist after a RequestAuthentication at the same gateway validated a token. Without one the route is never taken.',
  fix: 'Add a RequestAuthentication with the issuer for the gateway.',
  link: 'https://istio.io/latest/docs/tasks/security/authentication/jwt-route/',
  inWayIn: ({ wayIn, programs }, { mesh }): readonly Occurrence[] => {
    const { route, hops } = wayIn;
    if (route?.kind !== 'VirtualService' || hops[0]?.proxy.kind !== 'gateway') {
      return NOTHING;
    }
    if (
      programs[0].providers.length + programs[0].malformedProviders.length >
      0
    ) {
      return NOTHING;
    }
    const stored = mesh.peek(route.kind, route.namespace ?? '', route.name);
    if (!stored || stored.errors.length > 0) return NOTHING;
    const http =
      ((stored.resource.spec ?? {}) as VirtualServiceSpec).http ?? [];
    const index = http.findIndex(({ match }) =>
      match?.some(({ headers, withoutHeaders }) =>
        Object.keys({ ...headers, ...withoutHeaders }).some(name =>
          name.startsWith('@request.auth.claims'),
        ),
      ),
    );
    return index < 0
      ? NOTHING
      : [
          {
            message: `${nameOf(
              route,
            )} routes by claims, and no RequestAuthentication with rules reaches ${proxyName(
              hops[0],
            )}.`,
            resource: route,
            path: `spec.http[${index}].match`,
          },
        ];
  },
};
