/** A gateway as benches use it that draw all of its Gateways: one set at a time. */
import { applyByAge, createdIn } from '../ages.ts';
import type { Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import { describeCertificate } from '../topology/certificate.ts';
import { addressOf, type GatewayWorkload } from '../topology/workloads.ts';
import { sleep } from '../wait.ts';
import { fillIn, type Bench } from './bench.ts';
import { Mesh, parseObjects } from './engine.ts';
import { removeLeftoverRoutes, removeLeftovers } from './leftovers.ts';
import { GATEWAY, NAMESPACE, startComparedMesh } from './meshTopology.ts';
import { describeSentinel, waitForSentinel } from './routedPool.ts';

const SENTINEL_PORT = 8080;
/** Objects of several kinds reach istiod's routes one after the other, in no order that shows. */
const SETTLE_MS = 300;

export interface GatewayFrame
  extends Pick<Bench, 'slots' | 'instantiate' | 'deploy' | 'clear'> {
  address: string;
  /** All that the engine must know, with what is deployed, and more if there is. */
  readMesh(more?: readonly Manifest[]): InstanceType<typeof Mesh>;
}

interface FrameOptions {
  /** Name of the Secret by which its servers end TLS. */
  certificate: string;
  /** Default: the compared one. */
  gateway?: GatewayWorkload;
  /** What else is deployed and stays. */
  more?: readonly Manifest[];
}

export async function startGatewayFrame(
  lab: Lab,
  { certificate, gateway = GATEWAY, more = [] }: FrameOptions,
): Promise<GatewayFrame> {
  const { kube, state } = lab;
  const { objects } = await startComparedMesh(lab);
  const address = addressOf(gateway, state.subnet);
  const { namespace, labels, serviceAccount } = gateway;
  // Routes in plain text say which generation the gateway has.
  const marked = { namespace, labels, ports: [80] };
  await removeLeftovers(lab, NAMESPACE, () => true);
  await removeLeftoverRoutes(lab, NAMESPACE, () => true);
  for (const other of new Set(['default', namespace])) {
    if (other !== NAMESPACE) await removeLeftoverRoutes(lab, other);
  }
  const secrets = describeCertificate(certificate, namespace, serviceAccount);
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
      deployed = await applyByAge(kube, [set]);
      await kube.apply(describeSentinel(marked, generation));
      await waitForSentinel(`http://${address}:${SENTINEL_PORT}`, generation);
      await sleep(SETTLE_MS);
    },
    readMesh(others = []) {
      const mesh = new Mesh();
      const sentinel = describeSentinel(marked, 'none').map(each =>
        createdIn(2000, each),
      );
      const known = [
        ...[...objects, ...more, ...sentinel, ...deployed],
        ...others,
      ];
      for (const each of parseObjects(known).resources) mesh.apply(each);
      return mesh;
    },
    async clear() {
      await kube.remove([
        ...deployed,
        ...describeSentinel(marked, 'none'),
        ...secrets,
      ]);
      deployed = [];
    },
  };
}
