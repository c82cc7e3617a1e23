/** What policies of a waypoint's Services are made of. */
import { INGRESS, WAYPOINT } from '../topology/workloads.ts';
import type { PolicyWords } from './words.ts';
import { hostOf, NAMESPACE, SERVERS } from './waypointTopology.ts';

const GROUP = 'gateway.networking.k8s.io';
const toRef = (group: string, kind: string, name: string) => ({
  targetRefs: [{ group, kind, name }],
});

const identity = `cluster.local/ns/${INGRESS.namespace}/sa/${INGRESS.serviceAccount}`;

export const WAYPOINT_WORDS: PolicyWords = {
  hosts: [...SERVERS.map(({ name }) => hostOf(name)), '*.example.com', '*'],
  principals: ['*', identity, 'cluster.local/ns/default/sa/frontend'],
  namespaces: [INGRESS.namespace, '*', 'default'],
  serviceAccounts: [`${INGRESS.namespace}/${INGRESS.serviceAccount}`],
  ports: ['80', '90', '15008', '9201', '9211', '9291'],
  // The lab's waypoint is told addresses by its EnvoyFilter: they would prove nothing.
  ranges: ['0.0.0.0/0'],
  places: [
    ...SERVERS.flatMap(({ name }) =>
      Array.from({ length: 2 }, () => ({
        namespace: NAMESPACE,
        target: toRef('', 'Service', name),
      })),
    ),
    { namespace: NAMESPACE, target: toRef(GROUP, 'Gateway', WAYPOINT.name) },
    {
      namespace: 'istio-system',
      target: toRef(GROUP, 'GatewayClass', 'istio-waypoint'),
    },
    { namespace: NAMESPACE, target: {} },
    { namespace: 'istio-system', target: {} },
  ],
};
