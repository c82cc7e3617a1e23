import { Resource } from 'istio-jwt-policy-engine';
import { findKeeper, findRelease } from '../plan/findWriting';

/** Who keeps an object elsewhere, such as in a repository; undefined where nobody is known to. */
export function describeKeeper(resource: Resource): string | undefined {
  const keeper = findKeeper(resource);
  return keeper === undefined
    ? findRelease(resource)
    : `${keeper} keeps it from a repository`;
}
