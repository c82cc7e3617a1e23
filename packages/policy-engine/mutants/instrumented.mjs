/**
 * Stryker writes all mutants into the sources, each behind a call. That makes the engine ten times slower,
 * so for each run the sources are rewritten to what it needs.
 */

const COVER = /\bstryCov_\w+\(((?:"\d+"(?:, )?)+)\)/g;
const IS_ACTIVE = /\bstryMutAct_\w+\("(\d+)"\)/g;

/** What the rewritten code speaks with. */
export const shared = (globalThis.__mutants__ = {
  /** How often each mutant was come by, by id; ids count from 0. */
  hits: new Uint32Array(1 << 16),
  active: -1,
  hitCount: 0,
  hitLimit: Infinity,
  /** The active mutant is come by; one that makes a loop endless ends it here. */
  hit() {
    shared.hitCount += 1;
    if (shared.hitCount > shared.hitLimit) throw new Error('endless');
    return true;
  },
});

/** No mutant can be active, and what would be mutated is counted. */
export function countHits(text) {
  return text
    .replace(IS_ACTIVE, 'false')
    .replace(COVER, (_, ids) =>
      ids.replace(/"(\d+)"/g, '__mutants__.hits[$1]++').replace(/^.*$/, '($&)'),
    );
}

/** Nothing is counted, and mutants stay where `isMutated`. */
export function keepMutantsOf(text, isMutated) {
  return text
    .replace(COVER, '0')
    .replace(
      IS_ACTIVE,
      isMutated ? '(__mutants__.active === $1 && __mutants__.hit())' : 'false',
    );
}
