import { servicesOfSamePods } from '../../attach/samePods';
import { Detector, NOTHING } from '../detector';
import { describeWayIn, isByProxyOfOthers, needsNoToken } from '../rules';

export const samePods: Detector = {
  id: 'same-pods',
  severity: 'error',
  title: 'Another Service leads to the same Pods without a token',
  why: 'What a gateway or a waypoint requires is said of hosts, routes and Services, not of Pods. Who asks for another Service whose selector chooses the same Pods comes to them past what this one asks for.',
  fix: 'Require the token at the sidecar of the workload, which every way in passes, or at the gateway or waypoint for the other Service as well.',
  link: 'https://istio.io/latest/docs/ops/best-practices/security/',
  inService: ({ mesh, service, waysIn, analyseOther }) => {
    const guarded = waysIn.find(
      ({ wayIn, assessment }) =>
        isByProxyOfOthers(wayIn) && assessment.state === 'enforced',
    );
    if (!guarded) return NOTHING;
    const { namespace } = service;
    return servicesOfSamePods(mesh, service).flatMap(name =>
      analyseOther({ namespace, name })
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
