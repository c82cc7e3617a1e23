import { NamedObject } from 'backstage-plugin-istio-jwt-common';
import { ResourceRef } from 'istio-jwt-policy-engine';
import { ClusterMirror } from '../../cluster';
import { keyOf } from '../drift/listWritten';

/**
 * Whether somebody named exactly the objects that are to be touched, as they stand: consent to what
 * one has seen is none to what it became since.
 *
 * @returns why not, undefined where it is so
 */
export function whyNoConsent(
  mirror: ClusterMirror,
  refs: readonly ResourceRef[],
  named: readonly NamedObject[],
): string | undefined {
  const left = new Map(named.map(each => [keyOf(each), each]));
  for (const ref of refs) {
    const key = keyOf(ref);
    const each = left.get(key);
    left.delete(key);
    if (!each) return `${key} is not among the objects that were named.`;
    const origin = mirror.getOrigin(ref);
    if (
      origin?.uid !== each.uid ||
      origin.resourceVersion !== each.resourceVersion
    ) {
      return `${key} is not what was named any more: it changed since.`;
    }
  }
  const [foreign] = left.keys();
  return foreign === undefined
    ? undefined
    : `${foreign} was named, and has nothing to do with it.`;
}
