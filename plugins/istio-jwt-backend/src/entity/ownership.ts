import { Entity, RELATION_OWNED_BY } from '@backstage/catalog-model';
import { OwnershipRule } from '../config/types';

/** As the catalog relates them; what a spec says and the catalog did not relate counts for nothing. */
export function listOwners({ relations }: Pick<Entity, 'relations'>): string[] {
  return (relations ?? [])
    .filter(({ type }) => type === RELATION_OWNED_BY)
    .map(({ targetRef }) => targetRef);
}

/**
 * Whether an entity of these owners may mean Services of a namespace. Annotations are written by
 * whoever writes the entity: where the operator said whose a namespace is, they alone tie nothing.
 * Of several rules about a namespace each lets its owners in.
 */
export function mayOwn(
  rules: readonly OwnershipRule[] | undefined,
  namespace: string,
  owners: readonly string[],
): boolean {
  const own = (rules ?? []).filter(({ namespaces }) =>
    namespaces.some(pattern => matchesNamespace(pattern, namespace)),
  );
  return (
    own.length === 0 ||
    own.some(rule => rule.owners.some(owner => owners.includes(owner)))
  );
}

function matchesNamespace(pattern: string, namespace: string): boolean {
  if (pattern.endsWith('*')) return namespace.startsWith(pattern.slice(0, -1));
  return pattern.startsWith('*')
    ? namespace.endsWith(pattern.slice(1))
    : namespace === pattern;
}
