import type { Mesh } from '../attach/Mesh';
import { ServiceAssessment } from '../model';
import { assessService } from './assessService';

/**
 * The same as {@link assessService}, where a defect of the engine must not hide other services: `unknown`, and
 * without ways in.
 *
 * @param onDefect - is told what was thrown
 *
 * @public
 */
export function assessSafely(
  mesh: Mesh,
  service: { namespace: string; name: string },
  onDefect?: (error: unknown) => void,
): ServiceAssessment {
  try {
    return assessService(mesh, service);
  } catch (error) {
    onDefect?.(error);
    return {
      service,
      state: 'unknown',
      reason:
        'Its configuration could not be assessed. This is a defect of the engine: please report it with the resources of this service.',
      waysIn: [],
      issuers: [],
      policies: [],
      findings: [],
    };
  }
}
