import { Finding } from '../model';
import { Mesh } from '../attach/Mesh';
import type { AnalysedWayIn } from '../assess/assessService';

/** Every finding of a Service. */
export function findProblems(
  _mesh: Mesh,
  _service: { namespace: string; name: string },
  _waysIn: readonly AnalysedWayIn[],
): Finding[] {
  return [];
}
