import { Mesh } from '../attach/Mesh';

/**
 * Trust domains of callers whose certificates a proxy takes, the mesh's own first: its aliases, and those that
 * the mesh config trusts a CA for. The latter are no aliases: policies that name the mesh's own mean them not.
 *
 * Source: `TrustDomainsForValidation` in Istio's pilot/pkg/networking/plugin/authn/util.go.
 */
export function admittedDomains(mesh: Mesh): readonly string[] {
  const { caTrustDomains } = mesh.config;
  return caTrustDomains.length === 0
    ? mesh.trustDomains
    : [...new Set([...mesh.trustDomains, ...caTrustDomains])];
}
