/** What policies and callers of the Gateway API bench are made of. */
import { API_GATEWAY } from './gatewayApiTopology.ts';
import { GATEWAY_HOSTS } from './requests.ts';
import type { SettledProxy } from './settle.ts';
import { GATEWAY_HOSTS as POLICY_HOSTS } from './words.ts';
import type { Place, PolicyWords } from './words.ts';

const byLabels = (matchLabels: Record<string, string>) => ({
  selector: { matchLabels },
});
const byRefs = (...refs: [group: string, kind: string, name: string][]) => ({
  targetRefs: refs.map(([group, kind, name]) => ({ group, kind, name })),
});
const GROUP = 'gateway.networking.k8s.io';
const NAME_LABEL = 'gateway.networking.k8s.io/gateway-name';
const toGateway = (name: string) => byRefs([GROUP, 'Gateway', name]);
const toReports = byRefs(['', 'Service', 'reports']);

const PLACES: Place[] = [
  { namespace: 'default', target: toGateway(API_GATEWAY) },
  { namespace: 'default', target: toGateway(API_GATEWAY) },
  { namespace: 'default', target: byLabels({ [NAME_LABEL]: API_GATEWAY }) },
  { namespace: 'default', target: {} },
  { namespace: 'default', target: toGateway('missing') },
  { namespace: 'default', target: byRefs(['', 'Service', 'backend']) },
  {
    namespace: 'default',
    target: byRefs(
      [GROUP, 'Gateway', 'missing'],
      [GROUP, 'Gateway', API_GATEWAY],
    ),
  },
  { namespace: 'istio-system', target: toGateway(API_GATEWAY) },
  {
    namespace: 'istio-system',
    target: byLabels({ [NAME_LABEL]: API_GATEWAY }),
  },
  { namespace: 'ambient', target: toReports },
  { namespace: 'ambient', target: toReports },
  { namespace: 'ambient', target: toGateway('waypoint') },
  { namespace: 'ambient', target: toGateway('waypoint') },
  { namespace: 'ambient', target: byLabels({ [NAME_LABEL]: 'waypoint' }) },
  { namespace: 'ambient', target: byLabels({ app: 'reports' }) },
  { namespace: 'ambient', target: {} },
  { namespace: 'ambient', target: byRefs(['', 'Service', 'other']) },
  {
    namespace: 'istio-system',
    target: byRefs([GROUP, 'GatewayClass', 'istio-waypoint']),
  },
  {
    namespace: 'ambient',
    target: byRefs([GROUP, 'GatewayClass', 'istio-waypoint']),
  },
  { namespace: 'istio-system', target: toGateway('waypoint') },
  { namespace: 'istio-system', target: byLabels({ istio: 'ingressgateway' }) },
  { namespace: 'istio-system', target: {} },
];

export const WORDS: PolicyWords = {
  hosts: POLICY_HOSTS,
  principals: [
    '*',
    'cluster.local/ns/istio-system/*',
    'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account',
    'cluster.local/ns/default/sa/frontend',
  ],
  namespaces: ['istio-system', 'istio-*', '*', 'default'],
  serviceAccounts: [
    'istio-system/istio-ingressgateway-service-account',
    'default/frontend',
  ],
  ports: ['80', '8080', '15008'],
  // The lab's waypoint is told addresses by its EnvoyFilter: they would prove nothing.
  ranges: ['0.0.0.0/0'],
  places: PLACES,
};

export const CALLERS = ['gateway-api', 'waypoint'].map(name => ({
  name,
  hosts: GATEWAY_HOSTS,
}));

export const PROXIES: SettledProxy[] = [
  {
    pod: 'backend-api-istio',
    namespace: 'default',
    target: toGateway(API_GATEWAY),
    listeners: /_80$/,
  },
  {
    pod: 'istio-ingressgateway',
    namespace: 'istio-system',
    target: byLabels({ istio: 'ingressgateway' }),
    listeners: /_8080$/,
  },
  {
    pod: 'waypoint',
    namespace: 'ambient',
    target: toReports,
    listeners: /^main_internal$/,
  },
];
