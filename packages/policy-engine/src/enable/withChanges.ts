import { Resource } from '../model';
import { Mesh } from '../attach/Mesh';
import { refOf } from '../parse';

/**
 * Runs something on the mesh as it would be with some objects added or replaced, and puts everything
 * back. Only what the objects touch is computed again, both ways. Not to be interleaved with other
 * work on the mesh: `run` is synchronous.
 */
export function withChanges<T>(
  mesh: Mesh,
  changes: readonly Resource[],
  run: () => T,
): T {
  const before = changes.map(resource => mesh.get(refOf(resource)));
  try {
    changes.forEach(resource => mesh.apply(resource));
    return run();
  } finally {
    changes.forEach((resource, index) => {
      const known = before[index];
      if (known) mesh.apply(known);
      else mesh.remove(refOf(resource));
    });
  }
}
