import {
  assessService,
  Mesh,
  parseObjects,
  planEnablement,
  type EnablementPlan,
} from '../../lab/compare/engine.ts';
import type { Kube, Manifest } from '../../lab/kube.ts';
import type { Harness } from './support.ts';

/** What a plan depends on: [apiVersion, plural, kind]. */
const KINDS = [
  ['v1', 'namespaces', 'Namespace'],
  ['v1', 'services', 'Service'],
  ['v1', 'pods', 'Pod'],
  ['networking.istio.io/v1', 'gateways', 'Gateway'],
  ['networking.istio.io/v1', 'virtualservices', 'VirtualService'],
  ['networking.istio.io/v1', 'sidecars', 'Sidecar'],
  ['networking.istio.io/v1', 'destinationrules', 'DestinationRule'],
  ['gateway.networking.k8s.io/v1', 'gateways', 'Gateway'],
  ['gateway.networking.k8s.io/v1', 'listenersets', 'ListenerSet'],
  ['gateway.networking.k8s.io/v1', 'httproutes', 'HTTPRoute'],
  ['gateway.networking.k8s.io/v1beta1', 'referencegrants', 'ReferenceGrant'],
  ['gateway.networking.k8s.io/v1', 'backendtlspolicies', 'BackendTLSPolicy'],
  ['security.istio.io/v1', 'peerauthentications', 'PeerAuthentication'],
  ['security.istio.io/v1', 'requestauthentications', 'RequestAuthentication'],
  ['security.istio.io/v1', 'authorizationpolicies', 'AuthorizationPolicy'],
  ['networking.k8s.io/v1', 'ingresses', 'Ingress'],
  ['networking.k8s.io/v1', 'ingressclasses', 'IngressClass'],
] as const;

/** The mesh as the engine sees it, of what stands in the cluster now. */
export async function readMesh(kube: Kube): Promise<InstanceType<typeof Mesh>> {
  const mesh = new Mesh();
  for (const [apiVersion, plural, kind] of KINDS) {
    const root = apiVersion.includes('/') ? 'apis' : 'api';
    const items = await kube.list(`/${root}/${apiVersion}/${plural}`);
    const objects = items.map(item => ({ ...item, apiVersion, kind }));
    for (const each of parseObjects(objects).resources) mesh.apply(each);
  }
  return mesh;
}

/** The ways in to a Service by one host, as the engine sees them now. */
export async function judgeHost(
  { lab }: Harness,
  host: string,
  service = { namespace: 'default', name: 'backend' },
  more: Manifest[] = [],
) {
  const mesh = await readMesh(lab.kube);
  for (const each of parseObjects(more).resources) mesh.apply(each);
  return assessService(mesh, service).waysIn.filter(way => way.host === host);
}

/** The states of {@link judgeHost}. */
export const judgeStates = async (...asked: Parameters<typeof judgeHost>) =>
  (await judgeHost(...asked)).map(({ state }) => state);

/** The product's own plan for the ways in of `backend` by hosts of the shared gateway. */
export async function planForBackend(
  h: Harness,
  { exemptPaths = [] as string[], preflights = 'let-through' as const } = {},
): Promise<EnablementPlan> {
  const mesh = await readMesh(h.lab.kube);
  const service = { namespace: 'default', name: 'backend' };
  return planEnablement(mesh, {
    service,
    waysIn: assessService(mesh, service)
      .waysIn.filter(({ kind }) => kind === 'gateway')
      .map(({ id }) => id),
    issuer: {
      issuer: String(h.jwtRule.issuer),
      jwksUri: String(h.jwtRule.jwksUri),
      audiences: [],
    },
    exemptPaths,
    preflights,
    naming: { name: 'bypasses', labels: { 'istio-jwt/test': 'bypasses' } },
  });
}

/** The objects that a plan writes, in order. @throws Error with its reason where it refuses */
export function listObjects(plan: EnablementPlan): Manifest[] {
  if (plan.kind === 'refused') throw new Error(plan.reason);
  return plan.changes.map(({ resource }) => resource as unknown as Manifest);
}
