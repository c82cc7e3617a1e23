import { type Spec, testRefusals } from './refusals.ts';

const by = (trafficPolicy: unknown) => ({ host: 'backend', trafficPolicy });
const subset = (more: Spec) => ({ host: 'backend', subsets: [more] });
const level = (more: Spec) => by({ portLevelSettings: [more] });
const TLS = { tls: { mode: 'DISABLE' } };
const PORT = { port: { number: 80 } };

testRefusals('networking.istio.io/v1', 'DestinationRule', {
  nothing: {},
  'a host': { host: 'backend' },
  'a host that is empty': { host: '' },
  'a number for a host': { host: 7 },
  'an empty policy': by({}),
  'a text for a policy': by('x'),
  'TLS without a mode': by({ tls: {} }),
  'an odd mode': by({ tls: { mode: 'MAYBE' } }),
  'mutual TLS of the mesh': by({ tls: { mode: 'ISTIO_MUTUAL' } }),
  'no ports': by({ portLevelSettings: [] }),
  'a port': level({ ...PORT, ...TLS }),
  'a port without settings': level(PORT),
  'settings without a port': level(TLS),
  'an object for the ports': by({ portLevelSettings: {} }),
  'a subset': subset({ name: 'v1', trafficPolicy: TLS }),
  'a subset without a name': subset({ trafficPolicy: TLS }),
  'a subset with an empty policy': subset({ name: 'v1', trafficPolicy: {} }),
  'an object for subsets': { host: 'backend', subsets: {} },
  'an object for exportTo': { host: 'backend', exportTo: {} },
  'a number for a label': {
    host: 'backend',
    workloadSelector: { matchLabels: { app: 7 } },
  },
});
