import { Mesh, Program } from 'istio-jwt-policy-engine';
import { isRecord } from '../api/object';

/** The `jwtRules` that reach a proxy, sorted by issuer as Istio does. @internal */
export function listJwtRules(
  mesh: Mesh,
  program: Program,
): Record<string, unknown>[] {
  return program.policies
    .filter(({ ref }) => ref.kind === 'RequestAuthentication')
    .flatMap(({ ref }) => {
      const spec = mesh.get(ref)?.spec;
      return isRecord(spec) && Array.isArray(spec.jwtRules)
        ? spec.jwtRules.filter(isRecord)
        : [];
    })
    .sort((a, b) => (issuerOf(a) < issuerOf(b) ? -1 : 1));
}

function issuerOf(rule: Record<string, unknown>): string {
  return typeof rule.issuer === 'string' ? rule.issuer : '';
}
