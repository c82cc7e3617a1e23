import { Exploration, coordinatesOf, indexOf } from './explore';

/** A set of classes: along each dimension one option, or all of them (`undefined`). */
export type Box = readonly (number | undefined)[];

/**
 * Covers the wanted classes with few, wide boxes. Classes that `allowed` admits may be covered too:
 * those of requests that do not belong to the way in.
 */
export function coverWithBoxes(
  exploration: Exploration,
  isWanted: (index: number) => boolean,
  isAllowed: (index: number) => boolean,
  limit: number,
): Box[] {
  const boxes: Box[] = [];
  for (let index = 0; index < exploration.size; index++) {
    if (!isWanted(index)) continue;
    const point = coordinatesOf(exploration, index);
    if (boxes.some(box => contains(box, point))) continue;
    boxes.push(widen(exploration, point, isAllowed));
    if (boxes.length >= limit) break;
  }
  return boxes.sort((a, b) => fixed(a) - fixed(b));
}

/** Dimensions along which a box is narrow. */
export function fixed(box: Box): number {
  return box.filter(position => position !== undefined).length;
}

function contains(box: Box, point: readonly number[]): boolean {
  return box.every(
    (position, i) => position === undefined || position === point[i],
  );
}

/** Drops one dimension's restriction after another while every class inside stays allowed. */
function widen(
  exploration: Exploration,
  point: readonly number[],
  isAllowed: (index: number) => boolean,
): Box {
  let box: (number | undefined)[] = [...point];
  for (let dimension = 0; dimension < point.length; dimension++) {
    const wider = [...box];
    wider[dimension] = undefined;
    if (pointsOf(exploration, wider).every(isAllowed)) box = wider;
  }
  return box;
}

function pointsOf(exploration: Exploration, box: Box): number[] {
  let points: number[][] = [[]];
  exploration.dimensions.forEach(({ options }, i) => {
    const position = box[i];
    const positions =
      position === undefined ? options.map((_, n) => n) : [position];
    points = points.flatMap(point => positions.map(next => [...point, next]));
  });
  return points.map(point => indexOf(exploration, point));
}
