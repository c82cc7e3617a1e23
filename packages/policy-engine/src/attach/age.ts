import type { Stored } from './Mesh';

/** In Istio's order: oldest first, then by name. */
export function sortByAge(list: readonly Stored[]): Stored[] {
  return list
    .map(stored => ({ stored, age: ageOf(stored) }))
    .sort((a, b) => (a.age < b.age ? -1 : 1))
    .map(({ stored }) => stored);
}

function ageOf({ namespace, name, resource }: Stored): string {
  return `${resource.metadata.creationTimestamp ?? ''}/${name}.${namespace}`;
}
