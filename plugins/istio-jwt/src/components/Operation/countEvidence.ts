import { Enablement } from 'backstage-plugin-istio-jwt-common';

/** Answers of proxies in all steps. `untold`: no answer, or one that says nothing. */
export function countEvidence({ steps }: Pick<Enablement, 'steps'>): {
  agrees: number;
  disagrees: number;
  untold: number;
} {
  const results = steps.flatMap(({ evidence }) =>
    evidence.flatMap(each => (each.kind === 'probe' ? [each.result] : [])),
  );
  const count = (result: string) =>
    results.filter(each => each === result).length;
  return {
    agrees: count('agrees'),
    disagrees: count('disagrees'),
    untold: count('inconclusive') + count('not-tested'),
  };
}
