import { Detector, NOTHING, Occurrence } from '../detector';
import { VirtualServiceSpec } from '../../parse/specs';
import type { AnalysedWayIn } from '../../assess/assessService';
import { Mesh } from '../../attach/Mesh';
import { describeWayIn, nameOf, requiresToken } from '../rules';

export const preflightBlocked: Detector = {
  id: 'preflight-blocked',
  severity: 'info',
  title: 'Browsers of other origins cannot call the service',
  why: 'Before a request with a token a browser asks by an OPTIONS request without one (Fetch standard, CORS preflight). jwt_authn lets it pass, RBAC refuses it like any request without a token, and Istio runs RBAC before its CORS filter.',
  fix: 'Exempt OPTIONS requests that have `access-control-request-method` from the policy.',
  link: 'https://istio.io/latest/docs/reference/config/networking/virtual-service/#CorsPolicy',
  inWayIn: (way, { mesh }): readonly Occurrence[] => {
    const { wayIn, assessment, analysis, programs } = way;
    if (wayIn.kind !== 'gateway' || wayIn.hops[0]?.protocol !== 'http') {
      return NOTHING;
    }
    if (!/^(enforced|partial)$/.test(assessment.state)) return NOTHING;
    const { preflightsRefused } = analysis;
    const asking = programs.find(requiresToken);
    if (!/^(some|all)$/.test(preflightsRefused) || !asking) return NOTHING;
    const where = preflightsRefused === 'some' ? 'on some paths or hosts ' : '';
    const cors = setsCors(mesh, way);
    return [
      {
        ...(cors ? { severity: 'warning' as const } : {}),
        message: `By ${describeWayIn(
          way,
        )} a CORS preflight ${where}gets 403 at ${asking.proxy.kind} ${
          asking.proxy.name
        }${
          cors && wayIn.route
            ? `, although ${nameOf(wayIn.route)} has a corsPolicy`
            : ''
        }.`,
        ...(wayIn.route ? { resource: wayIn.route } : {}),
      },
    ];
  },
};

function setsCors(mesh: Mesh, { wayIn: { route } }: AnalysedWayIn): boolean {
  if (route?.kind !== 'VirtualService') return false;
  const stored = mesh.peek(route.kind, route.namespace ?? '', route.name);
  const { http } = (stored?.resource.spec ?? {}) as VirtualServiceSpec;
  return (
    Array.isArray(http) &&
    http.some(item => Boolean((item as { corsPolicy?: unknown }).corsPolicy))
  );
}
