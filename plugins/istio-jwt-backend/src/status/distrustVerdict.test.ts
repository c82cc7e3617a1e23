import { WayInAssessment } from 'istio-jwt-policy-engine';
import { WATCHED_KINDS } from '../cluster/kinds';
import { distrustVerdict } from './distrustVerdict';

const wayIn = (state: WayInAssessment['state']): WayInAssessment => ({
  id: 'w',
  kind: 'gateway',
  host: 'h',
  port: 80,
  protocol: 'http',
  paths: [],
  hops: [
    {
      proxy: {
        kind: 'gateway',
        namespace: 'istio-system',
        name: 'g',
        labels: {},
      },
      port: 80,
      protocol: 'http',
      policies: [],
    },
  ],
  state,
  reason: 'r',
  exposures: [],
  issuers: [],
});
const kind = (name: string) =>
  WATCHED_KINDS.filter(watched => watched.kind === name);
const malformed = (namespace: string, of = 'AuthorizationPolicy') => [
  { message: 'm', resource: { kind: of, namespace, name: 'p' } },
];

describe('distrustVerdict', () => {
  it.each([
    ['enforced', 'AuthorizationPolicy', 'unknown'],
    ['open', 'AuthorizationPolicy', 'unknown'],
    ['validated-only', 'RequestAuthentication', 'unknown'],
    ['enforced', 'Pod', 'unknown'],
    ['enforced', 'EnvoyFilter', 'unknown'],
    ['enforced', 'VirtualService', 'unknown'],
    ['over-blocked', 'PeerAuthentication', 'unknown'],
    ['open', 'VirtualService', 'open'],
    ['partial', 'EnvoyFilter', 'partial'],
    ['enforced', 'Node', 'enforced'],
  ] as const)('%s without %s is %s', (state, unread, expected) => {
    const result = distrustVerdict(wayIn(state), {
      unreadKinds: kind(unread),
      reading: false,
      malformed: [],
      rootNamespace: 'istio-system',
    });
    expect(result.state).toBe(expected);
    expect(result.reason !== 'r').toBe(expected !== state);
  });

  it.each([
    ['open', 'VirtualService', 'unknown'],
    ['partial', 'EnvoyFilter', 'unknown'],
    ['open', 'Node', 'open'],
  ] as const)(
    '%s without %s is %s while a cluster is read for the first time',
    (state, unread, expected) => {
      const result = distrustVerdict(wayIn(state), {
        unreadKinds: kind(unread),
        reading: true,
        malformed: [],
        rootNamespace: 'istio-system',
      });
      expect(result.state).toBe(expected);
    },
  );

  it.each([
    ['enforced', 'istio-system', 'AuthorizationPolicy', 'unknown'],
    ['enforced', 'root', 'AuthorizationPolicy', 'unknown'],
    ['enforced', 'elsewhere', 'AuthorizationPolicy', 'enforced'],
    ['enforced', 'istio-system', 'Sidecar', 'enforced'],
    ['open', 'istio-system', 'AuthorizationPolicy', 'open'],
  ] as const)(
    '%s with something malformed in %s (%s) is %s',
    (state, namespace, of, expected) => {
      expect(
        distrustVerdict(wayIn(state), {
          unreadKinds: [],
          reading: false,
          malformed: malformed(namespace, of),
          rootNamespace: 'root',
        }).state,
      ).toBe(expected);
    },
  );
});
