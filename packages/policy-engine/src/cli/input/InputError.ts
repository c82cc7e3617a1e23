import { ResourceRef } from '../../model';
import type { Place } from './MeshInput';

/**
 * Something that was not read, or that the API server would refuse.
 *
 * - `unreadable`: a file, folder or cluster that could not be read, or is over a limit
 * - `syntax`: no YAML or JSON
 * - `not-kubernetes`: no Kubernetes object, or one of a version that Istio does not serve
 * - `refused`: what the API server's validation would refuse
 * - `duplicate`: an object that is given twice; the last one counts
 * - `defect`: what could not be assessed, though nothing is known to be wrong with it
 */
export interface InputError {
  kind:
    | 'unreadable'
    | 'syntax'
    | 'not-kubernetes'
    | 'refused'
    | 'duplicate'
    | 'defect';
  file: string;
  /** 0 where the error is about the whole file. */
  line: number;
  message: string;
  /** Path inside the object. */
  path?: string;
  resource?: ResourceRef;
  /** Where the object stands, to find the line of `path`. */
  place?: Place;
}
