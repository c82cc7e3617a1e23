import { refOf } from '../../parse';
import { Detector, NOTHING, Occurrence } from '../detector';
import { nameOf } from '../rules';
import { unproxiedOf } from '../unproxied';
import { labelsOf, needsHttp, usesWaypoint } from '../waypoints';

export const ambientNoWaypoint: Detector = {
  id: 'ambient-no-waypoint',
  severity: 'error',
  title: 'A JWT policy in ambient mode, without a waypoint',
  why: 'ztunnel sees no HTTP: it never receives RequestAuthentication, drops ALLOW rules with HTTP fields (and denies all where no other rule matches), and takes from DENY rules what it can read.',
  fix: 'Add a waypoint (`istioctl waypoint apply --enroll-namespace`), and point the policies at the Service or the waypoint by `targetRefs`.',
  link: 'https://istio.io/latest/docs/ambient/usage/waypoint/',
  inService: context => {
    const { mesh, service } = context;
    const found = unproxiedOf(context).filter(
      ({ workload }) => workload.sidecar === 'ambient',
    );
    if (found.length === 0) return NOTHING;
    const stored = mesh.stored('Service', service.namespace, service.name);
    return found.flatMap(({ workload, policies }): Occurrence[] => {
      const labels = [...(stored ? [labelsOf(stored)] : []), workload.labels];
      if (usesWaypoint(mesh, service.namespace, ...labels)) return [];
      return policies
        .filter(policy => needsHttp(policy.stored))
        .map(policy => {
          const resource = refOf(policy.stored.resource);
          const effect =
            resource.kind === 'RequestAuthentication'
              ? 'is never looked at'
              : 'loses its HTTP rules';
          return {
            message: `${nameOf(resource)} selects ${
              workload.name
            }, which is in ambient mode without a waypoint, and ${effect}.`,
            resource,
          };
        });
    });
  },
};
