import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { connectLab, type Lab } from '../../lab/client.ts';
import { parseManifests } from '../../lab/kube.ts';
import { labDir } from '../../lab/paths.ts';
import { ownLabOnly } from './portalSupport.ts';

/** Stays in the lab: nothing there finishes the deletion of a namespace. */
const NAMESPACE = 'pod-security';

interface PodSpec {
  containers: { securityContext: Record<string, unknown> }[];
}

/** What Istio does not inject: the Pod as the manifest has it, judged by Kubernetes' own admission. */
describe('the level restricted of a real API server', ownLabOnly, () => {
  let lab: Lab;
  let shipped: PodSpec;

  before(async () => {
    lab = await connectLab();
    await lab.kube.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: NAMESPACE,
        labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
      },
    });
    const manifest = join(
      dirname(dirname(labDir)),
      'plugins/istio-jwt-backend/manifests/prober.yaml',
    );
    const deployment = parseManifests(readFileSync(manifest, 'utf8')).find(
      ({ kind }) => kind === 'Deployment',
    );
    shipped = deployment!.spec.template.spec;
  });

  const tryPod = (spec: PodSpec) =>
    lab.kube.send('POST', `/api/v1/namespaces/${NAMESPACE}/pods?dryRun=All`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'prober', namespace: NAMESPACE },
      spec,
    });

  test("takes the prober's Pod", async () => {
    const { status, body } = await tryPod(shipped);
    assert.equal(status, 201, body);
  });

  test('refuses it with a capability more', async () => {
    const [container] = shipped.containers;
    const { status, body } = await tryPod({
      ...shipped,
      containers: [
        {
          ...container,
          securityContext: {
            ...container.securityContext,
            capabilities: { add: ['NET_ADMIN'] },
          },
        },
      ],
    });
    assert.equal(status, 403);
    assert.match(body, /violates PodSecurity/);
  });
});
