import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Manifest } from '../../lab/kube.ts';
import { judgeHost } from './planOnLab.ts';
import {
  applyInTurn,
  BACKEND_HOST,
  BACKEND_IN_PLAIN_TEXT,
  describeBaseMesh,
  eventually,
  openHarness,
  requireTokens,
  settle,
  type Harness,
} from './support.ts';

const APP_PORT = 8080;
const SELECTOR = { matchLabels: { app: 'backend' } };
const OWN = { workloadSelector: { labels: { app: 'backend' } } };
const OTHERS = { workloadSelector: { labels: { app: 'echo' } } };
const ROOT = 'istio-system';

let count = 0;
const sidecar = (spec: object, namespace = 'default'): Manifest => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'Sidecar',
  metadata: { name: `sidecar-${(count += 1)}`, namespace },
  spec,
});
const listen = (protocol?: string, number = APP_PORT) => ({
  ingress: [
    {
      port: { number, name: 'x', ...(protocol ? { protocol } : {}) },
      defaultEndpoint: `127.0.0.1:${APP_PORT}`,
    },
  ],
});

/** Sidecars, the oldest first, and how the workload's proxy reads its port by them. */
const CASES: Record<string, ['http' | 'tcp', Manifest[]]> = {
  'its own': ['tcp', [sidecar({ ...OWN, ...listen('TCP') })]],
  'one for others': ['http', [sidecar({ ...OTHERS, ...listen('TCP') })]],
  'that of its namespace': ['tcp', [sidecar(listen('TCP'))]],
  'that of another namespace': ['http', [sidecar(listen('TCP'), 'ambient')]],
  'that of the root namespace': ['tcp', [sidecar(listen('TCP'), ROOT)]],
  'that of the root namespace for some workloads': [
    'http',
    [sidecar({ ...OWN, ...listen('TCP') }, ROOT)],
  ],
  'its own before that of its namespace': [
    'tcp',
    [sidecar(listen('HTTP')), sidecar({ ...OWN, ...listen('TCP') })],
  ],
  'that of its namespace before that of the root namespace': [
    'tcp',
    [sidecar(listen('HTTP'), ROOT), sidecar(listen('TCP'))],
  ],
  'that of its namespace without ingress before that of the root namespace': [
    'http',
    [sidecar(listen('TCP'), ROOT), sidecar({ egress: [{ hosts: ['*/*'] }] })],
  ],
  'the older of two of its own': [
    'tcp',
    [
      sidecar({ ...OWN, ...listen('TCP') }),
      sidecar({ ...OWN, ...listen('HTTP') }),
    ],
  ],
  'the older of two of its namespace': [
    'tcp',
    [sidecar(listen('TCP')), sidecar(listen('HTTP'))],
  ],
  'one of another port': ['http', [sidecar(listen('TCP', 9999))]],
  'one without a protocol': ['http', [sidecar(listen())]],
  'one of lower case': ['tcp', [sidecar(listen('tcp'))]],
  'one of GRPC': ['http', [sidecar(listen('GRPC'))]],
  'one of HTTP2': ['http', [sidecar(listen('HTTP2'))]],
  'one of MONGO': ['tcp', [sidecar(listen('MONGO'))]],
  'one of TLS': ['tcp', [sidecar(listen('TLS'))]],
};

describe('a sidecar follows, of the Sidecars that give it listeners,', () => {
  let h: Harness;
  const ask = () => h.atGateway(BACKEND_HOST);

  const judge = async () =>
    (await judgeHost(h, BACKEND_HOST)).map(({ hops }) => hops.at(-1)?.protocol);

  /** A filter of HTTP answers for the policy; one of TCP ends the connection. */
  const statusOf = (chain: 'http' | 'tcp') => (chain === 'http' ? 403 : 503);

  async function check(chain: 'http' | 'tcp', sidecars: Manifest[]) {
    // From the other answer, so that the change itself is seen.
    const other = sidecar({ ...OWN, ...listen('TCP') });
    const first = chain === 'http' ? [other] : [];
    try {
      if (first.length > 0) await h.apply(...first);
      await eventually(ask, chain === 'http' ? 503 : 403);
      await applyInTurn(
        h,
        sidecars.map(each => [each]),
      );
      if (first.length > 0) await h.remove(...first);
      await settle(ask, statusOf(chain));
      assert.deepEqual(await judge(), [chain]);
    } finally {
      await h.remove(other, ...sidecars);
    }
  }

  before(async () => {
    h = await openHarness();
    const [, ...others] = describeBaseMesh();
    await h.apply(
      ...others,
      // In plain text, of which a sidecar finds out by itself whether it is HTTP: within mutual TLS clients say so, which
      // the lab's plain Envoys cannot.
      BACKEND_IN_PLAIN_TEXT,
      ...requireTokens(h, 'default', 'backend', { selector: SELECTOR }),
    );
    await eventually(ask, 403);
  });
  after(() => h.cleanUp());

  for (const [label, [chain, sidecars]] of Object.entries(CASES)) {
    test(`${label}: ${chain}`, () => check(chain, sidecars));
  }
});
