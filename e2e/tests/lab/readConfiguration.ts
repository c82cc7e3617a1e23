import type { Manifest } from '../../lab/kube.ts';
import type { Harness } from './support.ts';

/** What decides of requests, and what is selected by it. */
const LISTS = [
  '/api/v1/namespaces',
  '/api/v1/services',
  '/api/v1/pods',
  '/apis/security.istio.io/v1/requestauthentications',
  '/apis/security.istio.io/v1/authorizationpolicies',
  '/apis/security.istio.io/v1/peerauthentications',
  '/apis/networking.istio.io/v1/gateways',
  '/apis/networking.istio.io/v1/virtualservices',
  '/apis/gateway.networking.k8s.io/v1/gateways',
  '/apis/gateway.networking.k8s.io/v1/httproutes',
] as const;

/**
 * Every object that decides of requests, one line each: what its authors wrote, and that it is the same
 * one. The version is left out, for istiod writes status; the generation counts each change of a spec.
 */
export async function readConfiguration({ lab }: Harness): Promise<string[]> {
  const lists = await Promise.all(
    LISTS.map(async path =>
      (await lab.kube.list(path)).map(object => `${path} ${describe(object)}`),
    ),
  );
  return lists.flat().sort();
}

function describe({ metadata, spec }: Manifest): string {
  const { namespace, name, uid, generation, labels, annotations } =
    metadata ?? {};
  return JSON.stringify({
    namespace,
    name,
    uid,
    generation,
    labels,
    annotations,
    spec,
  });
}
