/** Ages of what is drawn: Istio goes by them before it goes by names. */
import type { Random } from './compare/random.ts';
import type { Kube, Manifest } from './kube.ts';
import { sleep } from './wait.ts';

const LATER = { made: 'later' };
/** Times of creation are in whole seconds. */
const LATER_MS = 1050;

const isMadeLater = ({ metadata }: Manifest) =>
  metadata!.labels?.made === LATER.made;

/** An object with a time of creation, by which Istio goes, for the engine. */
export function createdIn(year: number, object: Manifest): Manifest {
  const creationTimestamp = `${year}-01-01T00:00:00Z`;
  return { ...object, metadata: { ...object.metadata, creationTimestamp } };
}

/** As old beside the others of its set as it is in the cluster, for the engine. */
export const createdAsDrawn = (object: Manifest): Manifest =>
  createdIn(isMadeLater(object) ? 2002 : 2001, object);

/** What is drawn, in some sets a part of it to be younger. */
export function drawAges(random: Random, drawn: Manifest[]): Manifest[] {
  if (!random.chance(0.3)) return drawn;
  return drawn.map(({ metadata, ...each }) => ({
    ...each,
    metadata: {
      ...metadata,
      ...(random.chance(0.4) && { labels: { ...metadata?.labels, ...LATER } }),
    },
  }));
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
