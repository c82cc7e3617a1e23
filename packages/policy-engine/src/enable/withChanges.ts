import { Resource, ResourceRef } from '../model';
import { Mesh } from '../attach/Mesh';
import { refOf } from '../parse';

/** An object that is added or replaced, or one that is taken away. */
export type MeshChange = Resource | { removed: ResourceRef };

/**
 * Runs something on the mesh as it would be with some objects added, replaced or removed, and puts
 * everything back. Only what the objects touch is computed again, both ways. Not to be interleaved
 * with other work on the mesh: `run` is synchronous.
 */
export function withChanges<T>(
  mesh: Mesh,
  changes: readonly MeshChange[],
  run: () => T,
): T {
  const refs = changes.map(refOfChange);
  const before = refs.map(ref => mesh.get(ref));
  try {
    for (const change of changes) {
      if ('removed' in change) mesh.remove(change.removed);
      else mesh.apply(change);
    }
    return run();
  } finally {
    refs.forEach((ref, index) => {
      const known = before[index];
      if (known) mesh.apply(known);
      else mesh.remove(ref);
    });
  }
}

export function refOfChange(change: MeshChange): ResourceRef {
  return 'removed' in change ? change.removed : refOf(change);
}
