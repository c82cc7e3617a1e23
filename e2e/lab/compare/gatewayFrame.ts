/** The compared gateway as benches use it that draw all of its Gateways: one set at a time. */
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import { describeCertificate } from '../topology/certificate.ts';
import { addressOf } from '../topology/workloads.ts';
import { sleep } from '../wait.ts';
import { createdIn, fillIn, type Bench } from './bench.ts';
import { Mesh, parseObjects } from './engine.ts';
import { removeLeftoverRoutes, removeLeftovers } from './leftovers.ts';
import { GATEWAY, NAMESPACE, startComparedMesh } from './meshTopology.ts';
import { describeSentinel, waitForSentinel } from './routedPool.ts';

const SENTINEL_PORT = 8080;
/** Objects of several kinds reach istiod's routes one after the other, in no order that shows. */
const SETTLE_MS = 300;

/** Routes in plain text say which generation the gateway has. */
const SENTINEL_GATEWAY = {
  namespace: NAMESPACE,
  labels: GATEWAY.labels,
  ports: [80],
};

export interface GatewayFrame
  extends Pick<Bench, 'slots' | 'instantiate' | 'deploy' | 'clear'> {
  address: string;
  /** All that the engine must know, with what is deployed. */
  readMesh(): InstanceType<typeof Mesh>;
}

/** @param certificate - name of the Secret by which its servers end TLS */
export async function startGatewayFrame(
  lab: Lab,
  certificate: string,
): Promise<GatewayFrame> {
  const { kube, state } = lab;
  const { objects } = await startComparedMesh(lab);
  const address = addressOf(GATEWAY, state.subnet);
  await removeLeftovers(lab, NAMESPACE, () => true);
  await removeLeftoverRoutes(lab, NAMESPACE, () => true);
  const secrets = describeCertificate(
    certificate,
    NAMESPACE,
    GATEWAY.serviceAccount,
  );
  await kube.apply(secrets);
  /** As the API server has them: it alone knows when each was made. */
  let deployed: Manifest[] = [];
  return {
    address,
    slots: 1,
    instantiate: (manifests, _slot, generation) =>
      fillIn(manifests, { GENERATION: generation }),
    async deploy([set = []], generation) {
      await kube.remove(deployed);
      deployed = await kube.apply(set);
      await kube.apply(describeSentinel(SENTINEL_GATEWAY, generation));
      await waitForSentinel(`http://${address}:${SENTINEL_PORT}`, generation);
      await sleep(SETTLE_MS);
    },
    readMesh() {
      const mesh = new Mesh();
      const sentinel = describeSentinel(SENTINEL_GATEWAY, 'none').map(each =>
        createdIn(2000, each),
      );
      const known = [...objects, ...sentinel, ...deployed];
      for (const each of parseObjects(known).resources) mesh.apply(each);
      return mesh;
    },
    async clear() {
      await kube.remove([
        ...deployed,
        ...describeSentinel(SENTINEL_GATEWAY, 'none'),
        ...secrets,
      ]);
      deployed = [];
    },
  };
}
