/** Ages of what is drawn: Istio goes by them before it goes by names. */
import type { Kube, Manifest } from '../kube.ts';
import { sleep } from '../wait.ts';
import type { Bench } from './bench.ts';

const LATER = { made: 'later' };
/** Times of creation are in whole seconds. */
const LATER_MS = 1050;

const isMadeLater = ({ metadata }: Manifest) =>
  metadata!.labels?.made === LATER.made;

/** Year of creation by which an object is as old beside the others of its set as it is in the cluster. */
export const yearOf = (object: Manifest) => (isMadeLater(object) ? 2002 : 2001);

/** What is drawn, in some sets a part of it to be younger. */
export function withAges(generate: Bench['generate']): Bench['generate'] {
  return (random, stock) => {
    const drawn = generate(random, stock);
    if (!random.chance(0.3)) return drawn;
    return drawn.map(({ metadata, ...each }) => ({
      ...each,
      metadata: { ...metadata, ...(random.chance(0.4) && { labels: LATER }) },
    }));
  };
}

/** Applies sets beside each other, and gives all as the API server has them. */
export async function applyByAge(
  kube: Pick<Kube, 'apply'>,
  sets: readonly Manifest[][],
): Promise<Manifest[]> {
  const apply = async (wanted: (each: Manifest) => boolean) =>
    (await Promise.all(sets.map(set => kube.apply(set.filter(wanted))))).flat();
  const early = await apply(each => !isMadeLater(each));
  if (!sets.flat().some(isMadeLater)) return early;
  await sleep(LATER_MS);
  return [...early, ...(await apply(isMadeLater))];
}
