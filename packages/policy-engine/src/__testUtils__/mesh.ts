import { Mesh, MeshOptions, parseYaml, ProxyRef, RequestToken } from '..';

/** A mesh of all documents; malformed ones go in as a cluster's objects would. */
export function meshOf(texts: string[], options?: MeshOptions): Mesh {
  const mesh = new Mesh(options);
  for (const text of texts) applyYaml(mesh, text);
  return mesh;
}

export function applyYaml(mesh: Mesh, text: string): void {
  parseYaml(text).resources.forEach(resource => mesh.apply(resource));
}

export const GATEWAY_PROXY: ProxyRef = {
  kind: 'gateway',
  namespace: 'istio-system',
  name: 'istio-ingressgateway',
  labels: { app: 'istio-ingressgateway', istio: 'ingressgateway' },
};

export const SIDECAR: ProxyRef = {
  kind: 'sidecar',
  namespace: 'default',
  name: 'backend',
  labels: { app: 'backend' },
};

export const ISSUER = 'testing@secure.istio.io';

/** The tutorial's sample token, with other claims or another verdict. */
export function token(
  claims: Record<string, unknown> = {},
  validity: RequestToken['validity'] = 'valid',
): RequestToken {
  return {
    in: 'header',
    validity,
    claims: { iss: ISSUER, sub: ISSUER, exp: 4685989700, ...claims },
  };
}
