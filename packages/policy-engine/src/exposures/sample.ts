import { ProxyRequest, WayIn } from '../model';
import { Mesh } from '../attach/Mesh';
import {
  coordinatesOf,
  Exploration,
  MAX_CLASSES,
  run,
  witnessOf,
} from './explore';

/**
 * Requests without a token that pass, from an even sample of the classes: used where there are too
 * many to run all of them. What it finds is real; that it finds nothing proves nothing.
 */
export function samplePassing(
  mesh: Mesh,
  wayIn: WayIn,
  exploration: Exploration,
  limit: number,
): { request: ProxyRequest; coordinates: number[] }[] {
  const found: { request: ProxyRequest; coordinates: number[] }[] = [];
  // A step that shares no factor with the sizes visits every option of every dimension.
  const step = coprimeStep(
    exploration,
    Math.ceil(exploration.size / MAX_CLASSES),
  );
  for (let i = 0; i < MAX_CLASSES && found.length < limit; i++) {
    const coordinates = coordinatesOf(
      exploration,
      (i * step) % exploration.size,
    );
    const request = witnessOf(wayIn, exploration, coordinates);
    if (run(mesh, wayIn, exploration, request).reaches === true) {
      found.push({ request, coordinates });
    }
  }
  return found;
}

function coprimeStep({ dimensions }: Exploration, least: number): number {
  const sizes = dimensions.map(({ options }) => options.length);
  const isCoprime = (step: number) =>
    sizes.every(size => commonDivisor(step, size) === 1);
  let step = least;
  while (!isCoprime(step)) step += 1;
  return step;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
