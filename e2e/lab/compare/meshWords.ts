/** What policies and callers of the compared mesh are made of. */
import type { MeshDraw } from './meshBench.ts';
import { NAMESPACE } from './meshTopology.ts';
import { generatePolicies } from './policies.ts';
import { GATEWAY_HOSTS } from './requests.ts';
import { VIRTUAL_SERVICES } from './routing.ts';
import {
  GATEWAY_HOSTS as POLICY_HOSTS,
  RANGES,
  type PolicyWords,
} from './words.ts';

export const onServer = { selector: { matchLabels: { app: 'server' } } };
export const onGateway = {
  selector: { matchLabels: { istio: 'compare-gateway' } },
};

const SERVER_HOSTS = [
  'server.compare',
  'server.compare:80',
  'server.compare.svc.cluster.local',
];

const WORDS: PolicyWords = {
  hosts: [...POLICY_HOSTS, ...SERVER_HOSTS, 'server.*', '*.compare'],
  principals: [
    '*',
    'cluster.local/ns/default/sa/frontend',
    'cluster.local/ns/compare/sa/gateway',
    'cluster.local/ns/default/*',
    '*/sa/stranger',
    'frontend',
    'cluster.local/ns/*/sa/frontend',
    '*frontend',
    'spiffe://cluster.local/ns/default/sa/frontend',
    'td2/ns/default/sa/frontend',
    'cluster.local/ns/default/sa/Frontend',
  ],
  namespaces: ['default', 'compare', '*', 'def*', '*ault', 'd', 'DEFAULT'],
  serviceAccounts: [
    'default/frontend',
    'frontend',
    'compare/gateway',
    'gateway',
    'default/stranger',
    'other/frontend',
  ],
  ports: ['8080', '80', '9000'],
  ranges: RANGES,
  mutualTls: {
    namespace: NAMESPACE,
    selector: onServer.selector,
    ports: ['8080', '9000'],
  },
  places: [
    { namespace: NAMESPACE, target: onServer },
    { namespace: NAMESPACE, target: onServer },
    { namespace: NAMESPACE, target: onServer },
    { namespace: 'istio-system', target: onServer },
    { namespace: NAMESPACE, target: onGateway },
    { namespace: NAMESPACE, target: onGateway },
    { namespace: 'istio-system', target: onGateway },
    { namespace: NAMESPACE, target: {} },
    { namespace: 'default', target: onServer },
  ],
};

const CALLERS = [
  { name: 'frontend', hosts: SERVER_HOSTS },
  { name: 'frontend', hosts: SERVER_HOSTS },
  { name: 'stranger', hosts: SERVER_HOSTS },
  { name: 'plaintext', hosts: [...SERVER_HOSTS, 'h.example.com'] },
  { name: 'gateway', hosts: GATEWAY_HOSTS },
  { name: 'gateway', hosts: GATEWAY_HOSTS },
  ...['frontend', 'stranger', 'plaintext'].map(name => ({
    name,
    hosts: ['-'],
    tcp: [undefined],
  })),
];

/** Policies of every kind, at the gateway and at the server. */
export const POLICIES: MeshDraw = {
  title: 'a gateway and a sidecar with mutual TLS',
  generate: (random, stock) => generatePolicies(random, stock, WORDS),
  callers: CALLERS,
  routing: VIRTUAL_SERVICES,
};
