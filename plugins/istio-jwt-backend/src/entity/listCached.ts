import { Mesh, Resource } from 'istio-jwt-policy-engine';

const lists = new WeakMap<
  Mesh,
  Map<string, { revision: number; list: Resource[] }>
>();

/** Listing sorts; many entities ask the same of one revision of a kind. */
export function listCached(mesh: Mesh, kind: string): Resource[] {
  let kinds = lists.get(mesh);
  if (!kinds) {
    kinds = new Map();
    lists.set(mesh, kinds);
  }
  const revision = mesh.revisionOf(kind);
  let cached = kinds.get(kind);
  if (cached?.revision !== revision) {
    cached = { revision, list: mesh.list(kind) };
    kinds.set(kind, cached);
  }
  return cached.list;
}
