import { refOf } from '../../parse';
import { Detector, NOTHING, Occurrence } from '../detector';
import { nameOf } from '../rules';
import { unproxiedOf } from '../unproxied';

export const noProxy: Detector = {
  id: 'no-proxy',
  severity: 'error',
  title: 'Policies select Pods that have no proxy',
  why: 'Policies are enforced by the sidecar in the Pod. Without one, or on a port that annotations keep away from it, nothing looks at them, and nothing says so.',
  fix: 'Turn on injection for the namespace (`istio-injection: enabled` or `istio.io/rev`), start the Pods anew, and remove excluded ports.',
  link: 'https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/',
  inService: context => {
    const bare = context.waysIn.find(
      ({ wayIn, unguarded }) => wayIn.kind === 'in-mesh' && unguarded,
    );
    if (!bare) return NOTHING;
    return unproxiedOf(context)
      .filter(({ workload }) => workload.sidecar !== 'ambient')
      .map(({ policies }): Occurrence => {
        const resource = refOf(policies[0].stored.resource);
        return {
          message: `${nameOf(resource)} is not enforced here: ${
            bare.unguarded
          }.`,
          resource,
        };
      });
  },
};
