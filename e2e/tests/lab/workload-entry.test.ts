import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assessService, parseObjects } from '../../lab/compare/engine.ts';
import type { Manifest } from '../../lab/kube.ts';
import { addressOf, BACKEND, REPORTS } from '../../lab/topology/workloads.ts';
import { waitFor } from '../../lab/wait.ts';
import { readMesh } from './planOnLab.ts';
import { ownLabOnly } from './portalSupport.ts';
import {
  authorizationPolicy,
  BACKEND_HOST,
  describeBaseMesh,
  eventually,
  openHarness,
  RBAC_DENIED,
  requestAuthentication,
  type Harness,
} from './support.ts';

const SERVICE = { namespace: 'default', name: 'backend' };
const SELECTOR = { selector: { matchLabels: { app: SERVICE.name } } };

describe('a machine among the endpoints of a Service', ownLabOnly, () => {
  let h: Harness;
  let entry: Manifest;

  before(async () => {
    h = await openHarness();
    // A program without any proxy, on the port that the Service sends to.
    entry = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'WorkloadEntry',
      metadata: { name: 'machine', namespace: SERVICE.namespace },
      spec: {
        address: addressOf(REPORTS, h.lab.state.subnet),
        labels: BACKEND.labels,
      },
    };
    await h.apply(
      ...describeBaseMesh(),
      requestAuthentication(SERVICE.namespace, 'sample', {
        ...SELECTOR,
        jwtRules: [h.jwtRule],
      }),
      authorizationPolicy(SERVICE.namespace, 'tokens', {
        ...SELECTOR,
        rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }],
      }),
    );
  });
  after(() => h.cleanUp());

  async function judge(...more: Manifest[]): Promise<string> {
    const mesh = await readMesh(h.lab.kube);
    for (const each of parseObjects(more).resources) mesh.apply(each);
    return assessService(mesh, SERVICE).state;
  }

  test('answers a share of the requests, whatever the policies of the Pods say', async () => {
    await eventually(() => h.atGateway(BACKEND_HOST), 403, RBAC_DENIED);
    assert.equal(await judge(), 'enforced');
    await h.apply(entry);
    const { body } = await waitFor('the machine to answer', async () => {
      const answer = await h.atGateway(BACKEND_HOST);
      return answer.status === 200 ? answer : undefined;
    });
    assert.equal(JSON.parse(body).workload, REPORTS.name);
    assert.equal(await judge(entry), 'unknown');
  });
});
