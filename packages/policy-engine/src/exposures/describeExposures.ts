import { ProxyRequest, WayIn } from '../model';
import { Mesh } from '../attach/Mesh';
import { StringPattern } from '../match/stringPattern';
import { Walk } from '../decide/walk';
import { AnalysedExposure } from './analysis';
import { Box, coverWithBoxes } from './boxes';
import {
  ClassResult,
  coordinatesOf,
  Exploration,
  isElsewhere,
  requestAt,
  run,
} from './explore';
import { isPreflightShaped } from './preflights';
import { samplePassing } from './sample';

const MAX_EXPOSURES = 20;

/** Few classes of requests in words, each with a witness, that are all which pass without a token. */
export function describeExposures(
  mesh: Mesh,
  wayIn: WayIn,
  exploration: Exploration,
  results: ClassResult[],
  isPreflightAt: (index: number) => boolean,
): AnalysedExposure[] {
  const isOpen = (index: number) =>
    results[index] === 'passes' || isElsewhere(results[index]);
  const cover = (
    isWanted: (index: number) => boolean,
    isAllowed: (index: number) => boolean,
  ) => coverWithBoxes(exploration, isWanted, isAllowed, MAX_EXPOSURES);
  const real = cover(
    index => results[index] === 'passes' && !isPreflightAt(index),
    isOpen,
  );
  const preflights = cover(
    index => results[index] === 'passes' && isPreflightAt(index),
    isOpen,
  ).filter(box => !real.some(other => contains(other, box)));
  return [
    ...real.map(box =>
      toExposure(mesh, wayIn, exploration, results, box, false),
    ),
    ...preflights.map(box =>
      toExposure(mesh, wayIn, exploration, results, box, true),
    ),
  ].slice(0, MAX_EXPOSURES);
}

/** As many as are found among a sample of the classes. */
export function describeSample(
  mesh: Mesh,
  wayIn: WayIn,
  exploration: Exploration,
): AnalysedExposure[] {
  const found = samplePassing(mesh, wayIn, exploration, MAX_EXPOSURES);
  return found.map(({ request, coordinates }) => ({
    ...admission(run(mesh, wayIn, exploration, request)),
    ...summarize(wayIn, exploration, coordinates),
    witness: request,
    everything: false,
    preflight: isPreflightShaped(request),
  }));
}

/** Whether every class of a box is in another one. */
function contains(outer: Box, inner: Box): boolean {
  return outer.every(
    (position, dimension) =>
      position === undefined || position === inner[dimension],
  );
}

function toExposure(
  mesh: Mesh,
  wayIn: WayIn,
  exploration: Exploration,
  results: ClassResult[],
  box: Box,
  preflight: boolean,
): AnalysedExposure {
  const witness = witnessIn(wayIn, exploration, results, box);
  return {
    ...admission(run(mesh, wayIn, exploration, witness)),
    ...summarize(wayIn, exploration, box),
    witness,
    everything: box.every(position => position === undefined),
    preflight,
  };
}

/** The last ALLOW rule that admitted a request. */
function admission(
  walked: Walk,
): Pick<AnalysedExposure, 'admittedBy' | 'admittedAt'> {
  const admittedAt = walked.steps.findLastIndex(
    ({ evaluation }) => evaluation.allow.rule !== undefined,
  );
  const rule = walked.steps[admittedAt]?.evaluation.allow.rule;
  return rule ? { admittedBy: rule.policy, admittedAt } : {};
}

/** A class of the box that really passes: others in it may belong to other services. */
function witnessIn(
  wayIn: WayIn,
  exploration: Exploration,
  results: ClassResult[],
  box: Box,
): ProxyRequest {
  const index = results.findIndex(
    (result, i) =>
      result === 'passes' &&
      coordinatesOf(exploration, i).every(
        (position, dimension) =>
          box[dimension] === undefined || box[dimension] === position,
      ),
  );
  return requestAt(wayIn, exploration, index);
}

function summarize(
  wayIn: WayIn,
  { dimensions, patterns }: Exploration,
  box: Box,
): Pick<AnalysedExposure, 'summary' | 'hostAt'> {
  const label = (name: string) =>
    dimensions.flatMap((dimension, i) => {
      const position = box[i];
      return dimension.name === name && position !== undefined
        ? [dimension.options[position].label]
        : [];
    });
  const [method = 'any method'] = label('method');
  const [path = 'any path'] = label('path').map(text =>
    namePath(text, patterns.path),
  );
  const [caller = 'anyone'] = label('caller');
  const [host] = label('host');
  const details = label('detail')
    .map(text => `, ${text}`)
    .join('');
  const isHttp = wayIn.hops.some(hop => hop.protocol === 'http');
  const what =
    isHttp || wayIn.hops.length === 0
      ? `${method} on ${path}`
      : 'any connection';
  const head = what.replace(/^([A-Z]+) on (\/)/, '$1 $2');
  const tail = `${details} from ${caller}`;
  if (host === undefined) return { summary: `${head}${tail}` };
  const start = `${head} for host `;
  return { summary: `${start}${host}${tail}`, hostAt: start.length };
}

/** A path that nobody wrote stands for those that policies and routes do not tell from it. */
function namePath(path: string, patterns: readonly StringPattern[]): string {
  const isWritten = patterns.some(
    pattern => pattern.kind === 'exact' && pattern.value === path,
  );
  return isWritten ? path : `paths like ${path}`;
}
