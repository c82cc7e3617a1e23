import { Detector } from '../detector';
import { admitsOnlyGateways } from '../gatewayOnly';
import { describeWayIn, needsNoToken } from '../rules';

export const secondRoute: Detector = {
  id: 'second-route',
  severity: 'error',
  title: 'A second way in bypasses the token check',
  why: 'Each way in is protected by the proxies on it. A policy at one gateway says nothing of another gateway, another host, or callers inside the mesh.',
  fix: 'Require the token at the sidecar of the workload, which every way in passes, or close the other way in.',
  link: 'https://istio.io/latest/docs/ops/best-practices/security/',
  inService: context => {
    const { waysIn } = context;
    const guarded = waysIn.find(
      ({ assessment }) => assessment.state === 'enforced',
    );
    if (!guarded) return [];
    return waysIn
      .filter(needsNoToken)
      .filter(way => !admitsOnlyGateways(way, context))
      .map(way => ({
        message: `By ${describeWayIn(
          way,
        )} no token is needed, while ${describeWayIn(guarded)} requires one.`,
        ...(way.wayIn.route ? { resource: way.wayIn.route } : {}),
      }));
  },
};
