import { Resource, ServiceAssessment } from '../model';
import { assessService } from '../assess/assessService';
import { Mesh } from '../attach/Mesh';
import { withChanges } from './withChanges';

/**
 * A Service as it would be with some objects added or replaced. The mesh is as before afterwards.
 *
 * @public
 */
export function assessWithChanges(
  mesh: Mesh,
  service: { namespace: string; name: string },
  changes: readonly Resource[],
): ServiceAssessment {
  return withChanges(mesh, changes, () => assessService(mesh, service));
}
