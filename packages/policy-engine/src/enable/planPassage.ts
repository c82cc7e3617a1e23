import { ChangePassage, Resource } from '../model';
import { meansSame } from './meansSame';
import { uniteSpecs } from './unite';

/**
 * How an object gets from what stands to what is to stand while a sibling changes, too. First every
 * object is widened to what either side lets through, RequestAuthentications before the policies that
 * ask for their principals; then narrowed, policies first. So at no instant anything passes that
 * neither side lets through, and whatever both let through passes all the time.
 *
 * @public
 */
export function planPassage(
  before: Resource | undefined,
  after: Resource | undefined,
): ChangePassage {
  if (!after) return { kind: 'late' };
  if (!before) {
    // A policy that comes in addition refuses more, a RequestAuthentication accepts more.
    return {
      kind: after.kind === 'RequestAuthentication' ? 'early' : 'late',
    };
  }
  const united = uniteSpecs(after.kind, before.spec, after.spec);
  // Not to be said by one object: it is replaced at once, when the others are ready.
  if (!united || meansSame(united, before.spec)) return { kind: 'late' };
  return meansSame(united, after.spec)
    ? { kind: 'early' }
    : { kind: 'between', resource: { ...after, spec: united } };
}
