import { refOf } from '../../parse';
import { Detector, Occurrence } from '../detector';
import { nameOf } from '../rules';
import { unproxiedOf } from '../unproxied';

export const noProxy: Detector = {
  id: 'no-proxy',
  severity: 'error',
  title: 'Policies select Pods that have no proxy',
  why: 'Policies are enforced by the sidecar in the Pod. Without one, or on a port that annotations keep away from it, nothing looks at them, and nothing says so.',
  fix: 'Turn on injection for the namespace (`istio-injection: enabled` or `istio.io/rev`), start the Pods anew, and remove excluded ports.',
  link: 'https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/',
  inService: context =>
    unproxiedOf(context)
      .filter(({ workload }) => /^(absent|present)$/.test(workload.sidecar))
      .map(({ workload, policies }): Occurrence => {
        const resource = refOf(policies[0].stored.resource);
        const why =
          workload.sidecar === 'absent'
            ? 'has no sidecar'
            : 'keeps a port away from its sidecar';
        return {
          message: `${nameOf(resource)} selects ${
            workload.name
          }, which ${why}: callers inside the cluster pass by it.`,
          resource,
        };
      }),
};
