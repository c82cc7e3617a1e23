import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';

/** istiod's Pod, which the lab runs without: for the engine, which goes by its version and environment. */
export const describeIstiod = (
  { state }: Pick<Lab, 'state'>,
  env: Readonly<Record<string, string>> = {},
): Manifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'istiod-0',
    namespace: 'istio-system',
    labels: { app: 'istiod' },
  },
  spec: {
    containers: [
      {
        name: 'discovery',
        image: `istio/pilot:${state.istioLine}.0`,
        env: Object.entries(env).map(([name, value]) => ({ name, value })),
      },
    ],
  },
});
