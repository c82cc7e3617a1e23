import assert from 'node:assert/strict';
import { afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assessService, decideWayIn } from '../../lab/compare/engine.ts';
import type { Manifest } from '../../lab/kube.ts';
import { readMesh } from './planOnLab.ts';
import {
  eventually,
  INGRESS_SELECTOR,
  openHarness,
  peerAuthentication,
  type Harness,
} from './support.ts';

const NAMESPACE = 'default';
const API = 'networking.istio.io/v1';

function gateway(name: string, hosts: string[], more: object = {}): Manifest {
  return {
    apiVersion: API,
    kind: 'Gateway',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      selector: INGRESS_SELECTOR.matchLabels,
      servers: [
        {
          port: { number: 80, name: 'http', protocol: 'HTTP' },
          hosts,
          ...more,
        },
      ],
    },
  };
}

function virtualService(
  name: string,
  [gatewayName, host]: [string, string],
  ...http: object[]
): Manifest {
  return {
    apiVersion: API,
    kind: 'VirtualService',
    metadata: { name, namespace: NAMESPACE },
    spec: { hosts: [host], gateways: [gatewayName], http },
  };
}

const to = (service: string, match?: object) => ({
  ...(match ? { match: [match] } : {}),
  route: [
    {
      destination: {
        host: `${service}.${NAMESPACE}.svc.cluster.local`,
        port: { number: 80 },
      },
    },
  ],
});

const HOST = 'a.example.com';
const READY = 'ready.example.com';

interface Case {
  title: string;
  /** In the order of age. */
  objects: Manifest[];
  /** Who answers: a workload, or Envoy with a status. */
  asks: { host: string; path?: string; answer: 'backend' | 'echo' | number }[];
}

const CASES: Case[] = [
  {
    title: 'a short host is one of the namespace, at gateways too',
    objects: [
      gateway('g', ['*']),
      virtualService('v', ['g', 'api'], to('backend')),
    ],
    asks: [
      { host: `api.${NAMESPACE}.svc.cluster.local`, answer: 'backend' },
      { host: 'api', answer: 404 },
    ],
  },
  {
    title: 'a plain HTTP server serves HTTP, whatever its TLS mode',
    objects: [
      gateway('g', [HOST], { tls: { mode: 'PASSTHROUGH' } }),
      virtualService('v', ['g', HOST], to('backend')),
    ],
    asks: [{ host: HOST, answer: 'backend' }],
  },
  {
    title: 'HTTP_PROXY is HTTP',
    objects: [
      gateway('g', [HOST], {
        port: { number: 80, name: 'http', protocol: 'HTTP_PROXY' },
      }),
      virtualService('v', ['g', HOST], to('backend')),
    ],
    asks: [{ host: HOST, answer: 'backend' }],
  },
  {
    title: 'a server with a host that an older one has is left out as a whole',
    objects: [
      gateway('older', [HOST], { tls: { httpsRedirect: true } }),
      gateway('younger', [HOST, 'b.example.com'], {
        tls: { httpsRedirect: true },
      }),
      gateway('wide', ['*']),
      virtualService('v', ['wide', '*.example.com'], to('backend')),
    ],
    asks: [
      { host: HOST, answer: 301 },
      { host: 'b.example.com', answer: 'backend' },
    ],
  },
  {
    title: 'hosts of a Gateway and of a VirtualService are compared as written',
    objects: [
      gateway('g', [HOST]),
      virtualService(
        'v',
        ['g', 'A.example.com'],
        to('echo', { uri: { exact: '/x' } }),
      ),
      virtualService('w', ['g', HOST], to('backend')),
    ],
    asks: [{ host: HOST, path: '/x', answer: 'backend' }],
  },
  {
    title: 'a server that is bound elsewhere has routes of its own',
    objects: [
      gateway('local', [HOST], { bind: '127.0.0.1' }),
      gateway('g', [HOST]),
      virtualService(
        'v',
        ['local', HOST],
        to('echo', { uri: { exact: '/x' } }),
      ),
      virtualService('w', ['g', HOST], to('backend')),
    ],
    asks: [{ host: HOST, path: '/x', answer: 'backend' }],
  },
  {
    title: 'an empty match of the path takes everything that comes after',
    objects: [
      gateway('g', [HOST]),
      virtualService(
        'v',
        ['g', HOST],
        to('echo', { uri: {} }),
        to('backend', { uri: { prefix: '/x' } }),
      ),
    ],
    asks: [
      { host: HOST, path: '/x', answer: 'echo' },
      { host: HOST, path: '/y', answer: 'echo' },
    ],
  },
];

describe('servers and hosts of gateways', () => {
  let h: Harness;

  before(async () => {
    h = await openHarness();
  });
  afterEach(() => h.cleanUp());

  /** Who answers a request by the engine. */
  async function decideWho(host: string, path: string): Promise<string[]> {
    const mesh = await readMesh(h.lab.kube);
    return ['backend', 'echo'].filter(name =>
      assessService(mesh, { namespace: NAMESPACE, name })
        .waysIn.filter(({ kind }) => kind === 'gateway')
        .some(way => {
          const request = { port: 8080, protocol: 'http', host, path } as const;
          return decideWayIn(mesh, way, request).reaches === 'yes';
        }),
    );
  }

  async function check({ objects, asks }: Case): Promise<void> {
    await h.apply(
      peerAuthentication('istio-system', 'default', {
        mtls: { mode: 'STRICT' },
      }),
    );
    for (const object of objects) {
      await h.apply(object);
      // What is older is told by whole seconds.
      await sleep(1100);
    }
    // Comes after all of it, so they are there once this is.
    await h.apply(
      gateway('ready', [READY]),
      virtualService('ready', ['ready', READY], to('echo')),
    );
    await eventually(() => h.atGateway(READY), 200);
    for (const { host, path = '/', answer } of asks) {
      const seen = await h.atGateway(host, { path });
      const who =
        seen.status === 200 ? JSON.parse(seen.body).workload : seen.status;
      assert.equal(who, answer, `${host}${path}`);
      assert.deepEqual(
        await decideWho(host, path),
        typeof answer === 'string' ? [answer] : [],
        `the engine: ${host}${path}`,
      );
    }
  }

  for (const each of CASES) test(each.title, () => check(each));
});
