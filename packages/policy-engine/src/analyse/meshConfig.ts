import { parse } from 'yaml';
import { Mesh } from '../attach/Mesh';

/** Characters of a mesh config; a longer one is not read. */
const MAX_LENGTH = 1024 * 1024;

/**
 * Whether the mesh config (ConfigMap `istio` of the root namespace) makes proxies merge repeated
 * slashes before policies see the path. Without a ConfigMap Istio's default holds, which does not.
 */
export function mergesSlashes(mesh: Mesh): boolean {
  return mesh.queries.get('merges-slashes', () => {
    const name = 'istio';
    const resource = mesh.stored('ConfigMap', mesh.rootNamespace, name)
      ?.resource as { data?: { mesh?: unknown } } | undefined;
    const text = resource?.data?.mesh;
    if (typeof text !== 'string' || text.length > MAX_LENGTH) return false;
    try {
      const config = parse(text, { maxAliasCount: 10 });
      const mode = config?.pathNormalization?.normalization;
      return mode === 'MERGE_SLASHES' || mode === 'DECODE_AND_MERGE_SLASHES';
    } catch {
      return false;
    }
  });
}
