import { Mesh, Resource } from 'istio-jwt-policy-engine';
import { OperationChange } from '../operation';

/**
 * Runs something on the mesh as it would be once changes are carried out, and puts everything back.
 * Synchronous, so that nobody ever sees that mesh.
 */
export function inThought<T>(
  mesh: Mesh,
  changes: readonly Pick<OperationChange, 'ref' | 'to'>[],
  run: () => T,
): T {
  const stood = changes.map(({ ref }) => mesh.get(ref));
  try {
    for (const { ref, to } of changes) {
      if (to) mesh.apply(to as Resource);
      else mesh.remove(ref);
    }
    return run();
  } finally {
    changes.forEach(({ ref }, index) => {
      const resource = stood[index];
      if (resource) mesh.apply(resource);
      else mesh.remove(ref);
    });
  }
}
