/** Takes away what a run that was cut off left behind. */
import type { Lab } from '../client.ts';

const POLICIES = [
  'requestauthentications',
  'peerauthentications',
  'authorizationpolicies',
];
const SECURITY = '/apis/security.istio.io/v1';
const NETWORKING = '/apis/networking.istio.io/v1';
const KUBERNETES = '/apis/networking.k8s.io/v1';
const GATEWAY_API = '/apis/gateway.networking.k8s.io/v1';

async function removeWhere(
  lab: Lab,
  path: string,
  isOurs: (name: string) => boolean,
): Promise<void> {
  for (const { metadata } of await lab.kube.list(path)) {
    if (!isOurs(metadata!.name!)) continue;
    await lab.kube.send('DELETE', `${path}/${metadata!.name}`);
  }
}

/** Policies of a namespace. */
export async function removeLeftovers(
  lab: Lab,
  namespace: string,
  isOurs: (name: string) => boolean,
): Promise<void> {
  for (const plural of POLICIES) {
    await removeWhere(
      lab,
      `${SECURITY}/namespaces/${namespace}/${plural}`,
      isOurs,
    );
  }
}

const ROUTING = [
  [KUBERNETES, 'ingresses'],
  ...[
    ...['virtualservices', 'destinationrules', 'gateways'],
    ...['serviceentries', 'workloadentries'],
  ].map(plural => [NETWORKING, plural]),
  ...[
    ...['httproutes', 'grpcroutes', 'tcproutes', 'tlsroutes'],
    ...['listenersets', 'gateways'],
  ].map(plural => [GATEWAY_API, plural]),
  ['/apis/gateway.networking.k8s.io/v1beta1', 'referencegrants'],
];

/** Routes and Gateways of a namespace. */
export async function removeLeftoverRoutes(
  lab: Lab,
  namespace: string,
  isOurs = (name: string) => /^(g|shrink)\d+x|^(sentinel|routes)$/.test(name),
): Promise<void> {
  for (const [api, plural] of ROUTING) {
    await removeWhere(lab, `${api}/namespaces/${namespace}/${plural}`, isOurs);
  }
}
