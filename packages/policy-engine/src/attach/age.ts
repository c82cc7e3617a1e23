import type { Stored } from './Mesh';

/** Sorts as Istio does: oldest first, then by name. */
export function ageOf({ resource: { metadata } }: Stored): string {
  return `${metadata.creationTimestamp ?? ''}/${metadata.name}.${
    metadata.namespace ?? ''
  }`;
}
