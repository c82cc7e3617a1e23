import { servicesOfSamePods } from '../../attach/samePods';
import { Detector, NOTHING } from '../detector';
import { describeWayIn, needsNoToken } from '../rules';

export const samePods: Detector = {
  id: 'same-pods',
  severity: 'error',
  title: 'Another Service leads to the same Pods without a token',
  why: 'What a gateway requires is said of hosts and routes, not of Pods. A route to another Service whose selector chooses the same Pods leads to them past what the routes of this one ask for.',
  fix: 'Require the token at the sidecar of the workload, which every way in passes, or at the gateway for the other Service’s host as well.',
  link: 'https://istio.io/latest/docs/ops/best-practices/security/',
  inService: ({ mesh, service, waysIn, analyseByGateways }) => {
    const guarded = waysIn.find(
      ({ wayIn, assessment }) =>
        wayIn.kind === 'gateway' && assessment.state === 'enforced',
    );
    if (!guarded) return NOTHING;
    const { namespace } = service;
    return servicesOfSamePods(mesh, service).flatMap(name =>
      analyseByGateways({ namespace, name })
        .filter(needsNoToken)
        .map(way => ({
          message: `Service ${namespace}/${name} selects the same Pods, and by ${describeWayIn(
            way,
          )} no token is needed, while ${describeWayIn(guarded)} requires one.`,
          ...(way.wayIn.route ? { resource: way.wayIn.route } : {}),
        })),
    );
  },
};
