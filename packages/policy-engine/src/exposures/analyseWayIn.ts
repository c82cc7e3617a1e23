import { Exposure, ProxyRequest, WayIn } from '../model';
import { Mesh } from '../attach/Mesh';
import { Program } from '../compile/program';
import { Walk } from '../decide/walk';
import { traceEvaluation } from '../decide/trace';
import { unknownReasons } from '../decide/decide';
import { Box, coverWithBoxes } from './boxes';
import {
  ClassResult,
  classify,
  coordinatesOf,
  Exploration,
  MAX_CLASSES,
  prepare,
  run,
  witnessOf,
} from './explore';
import { samplePassing } from './sample';
import { validTokens } from './validTokens';

/** What requests without a valid token, and with one, can do on a way in. */
export interface WayInAnalysis {
  /** Heaviest first. CORS preflights come last: they do not count as exposed. */
  exposures: AnalysedExposure[];
  /** Every class that reaches the workload passes without a token. */
  everythingPasses: boolean;
  /** Why some class could not be decided. */
  unknown?: string;
  /** Whether some request with a valid token reaches the workload. */
  validTokenPasses: 'yes' | 'no' | 'unknown' | 'not-tried';
  /** Set where no class leads to the workload at all. */
  unreachable: boolean;
  /** On how many of the hosts and paths that policies tell apart no CORS preflight passes. */
  preflightsRefused: 'none' | 'some' | 'all' | 'unknown';
}

export interface AnalysedExposure extends Exposure {
  /** Only CORS preflights are in the class: browsers send them without credentials. */
  preflight: boolean;
  /** The proxy whose ALLOW rule admits it. */
  admittedAt?: number;
  /** Where in the summary the host stands, if it does. */
  hostAt?: number;
}

const REGEX_ROUTES =
  'a route compares by regular expression, of which only examples can be tried';

const MAX_EXPOSURES = 20;
/** Requests with tokens tried before the search is given up. */
const MAX_TRIES = 20_000;

export function analyseWayIn(
  mesh: Mesh,
  wayIn: WayIn,
  programs: readonly Program[],
): WayInAnalysis {
  const exploration = prepare(mesh, wayIn, programs);
  if (exploration.tooMany) return analyseSample(mesh, wayIn, exploration);
  const results: ClassResult[] = [];
  let unknown: string | undefined;
  for (let index = 0; index < exploration.size; index++) {
    const request = requestAt(wayIn, exploration, index);
    const walked = run(mesh, wayIn, exploration, request);
    const result =
      resultOfRepeated(mesh, wayIn, exploration, request, walked) ??
      classify(walked);
    // Whether preflights pass does not count.
    if (result === 'unknown' && !isPreflightShaped(request)) {
      unknown ??= reasonOf(walked);
    }
    const isPerhaps =
      result === 'elsewhere' &&
      exploration.patterns.usesRegex &&
      run(mesh, wayIn, exploration, request, { assumeRouted: true }).reaches !==
        false;
    results.push(isPerhaps ? 'perhaps' : result);
  }
  if (results.includes('perhaps')) unknown ??= REGEX_ROUTES;
  const isPreflightAt = (index: number) =>
    isPreflightShaped(requestAt(wayIn, exploration, index));
  const relevant = results
    .map((_, index) => index)
    .filter(index => !isElsewhere(results[index]) && !isPreflightAt(index));
  const passing = relevant.filter(index => results[index] === 'passes');
  const everythingPasses =
    relevant.length > 0 && passing.length === relevant.length;
  const skipTokens = passing.length > 0 || unknown !== undefined;
  const attempt = skipTokens
    ? { passes: 'not-tried' as const }
    : tryTokens(mesh, wayIn, exploration, results);
  const reason = unknown ?? attempt.reason;
  return {
    exposures: describeExposures(
      mesh,
      wayIn,
      exploration,
      results,
      isPreflightAt,
    ),
    everythingPasses,
    ...(reason === undefined ? {} : { unknown: reason }),
    validTokenPasses: attempt.passes,
    // Where routes go by claims, only a token may lead here.
    unreachable: relevant.length === 0 && attempt.passes !== 'yes',
    preflightsRefused: countRefused(exploration, results, isPreflightAt),
  };
}

/**
 * Where a header comes several times, and versions of Envoy differ: what those do that compare the values one by
 * one, if they let nothing through. Where the others do, it is a class of its own: that of the joined value.
 */
function resultOfRepeated(
  mesh: Mesh,
  wayIn: WayIn,
  exploration: Exploration,
  request: ProxyRequest,
  walked: Walk,
): ClassResult | undefined {
  const isRepeated = Object.values(request.headers ?? {}).some(Array.isArray);
  if (!isRepeated || walked.reaches !== 'unknown') return undefined;
  const result = classify(
    run(mesh, wayIn, exploration, request, { comparesEach: true }),
  );
  return result === 'refused' || result === 'elsewhere' ? result : undefined;
}

/** Where nothing tells preflights apart, they are answered as any request is. */
function countRefused(
  exploration: Exploration,
  results: readonly ClassResult[],
  isPreflightAt: (index: number) => boolean,
): WayInAnalysis['preflightsRefused'] {
  const led = [...results.keys()].filter(index => !isElsewhere(results[index]));
  const preflights = led.filter(isPreflightAt);
  const passesAt = new Map<string, boolean>();
  for (const index of preflights.length > 0 ? preflights : led) {
    const place = coordinatesOf(exploration, index)
      .filter((_, i) => /^(host|path)$/.test(exploration.dimensions[i].name))
      .join(' ');
    const passes = results[index] !== 'refused';
    passesAt.set(place, passes || passesAt.get(place) === true);
  }
  const refused = [...passesAt.values()].filter(passes => !passes).length;
  if (refused === 0) return 'none';
  return refused === passesAt.size ? 'all' : 'some';
}

function isElsewhere(result: ClassResult): boolean {
  return result === 'elsewhere' || result === 'perhaps';
}

/** Says what is surely exposed, and that the rest is not known. */
function analyseSample(
  mesh: Mesh,
  wayIn: WayIn,
  exploration: Exploration,
): WayInAnalysis {
  const found = samplePassing(mesh, wayIn, exploration, MAX_EXPOSURES);
  return {
    exposures: found.map(({ request, coordinates }) => ({
      ...admission(run(mesh, wayIn, exploration, request)),
      ...summarize(wayIn, exploration, coordinates),
      witness: request,
      everything: false,
      preflight: isPreflightShaped(request),
    })),
    everythingPasses: false,
    unknown: `policies and routes tell apart too many classes of requests to try all of them (${exploration.size}, at most ${MAX_CLASSES})`,
    validTokenPasses: 'not-tried',
    unreachable: false,
    preflightsRefused: 'unknown',
  };
}

/**
 * An OPTIONS request that asks for a method, as browsers send it before the real request and always
 * without credentials (Fetch standard, CORS-preflight request). The header's value does not matter:
 * whoever can send the header can send any value.
 */
export function isPreflightShaped(request: ProxyRequest): boolean {
  return (
    request.method === 'OPTIONS' &&
    Object.keys(request.headers ?? {}).some(
      name => name.toLowerCase() === 'access-control-request-method',
    )
  );
}

function requestAt(
  wayIn: WayIn,
  exploration: Exploration,
  index: number,
): ProxyRequest {
  return witnessOf(wayIn, exploration, coordinatesOf(exploration, index));
}

function describeExposures(
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
  { dimensions }: Exploration,
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
  const [path = 'any path'] = label('path');
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

function reasonOf(walked: Walk): string {
  if (walked.uncertain !== undefined) return walked.uncertain;
  for (const { program, request, evaluation } of walked.steps) {
    if (evaluation.passes !== 'unknown') continue;
    const [reason] = unknownReasons(
      traceEvaluation(program, request, evaluation),
    );
    if (reason !== undefined) return reason;
    const custom = evaluation.custom.rule?.policy;
    if (custom) {
      return `AuthorizationPolicy ${custom.namespace}/${custom.name} asks an external authorizer`;
    }
  }
  return 'the request does not say enough';
}

interface TokenAttempt {
  passes: WayInAnalysis['validTokenPasses'];
  reason?: string;
}

function tryTokens(
  mesh: Mesh,
  wayIn: WayIn,
  exploration: Exploration,
  results: ClassResult[],
): TokenAttempt {
  const chains = wayIn.hops.map(hop => hop.protocol);
  const { routeClaims } = exploration.patterns;
  const tokens = validTokens(exploration.programs, chains, routeClaims);
  let tries = 0;
  let reason: string | undefined;
  for (const token of tokens) {
    for (let index = 0; index < exploration.size; index++) {
      if (isElsewhere(results[index]) && routeClaims.length === 0) continue;
      const request = requestAt(wayIn, exploration, index);
      // Envoy does not look at the token of a preflight.
      if (isPreflightShaped(request)) continue;
      const walked = run(mesh, wayIn, exploration, {
        ...request,
        tokens: [token],
      });
      if (walked.reaches === true) return { passes: 'yes' };
      if (walked.reaches === 'unknown') reason ??= reasonOf(walked);
      tries += 1;
      if (tries > MAX_TRIES) {
        return {
          passes: 'unknown',
          reason: 'there are too many kinds of tokens to try',
        };
      }
    }
  }
  return reason === undefined
    ? { passes: 'no' }
    : { passes: 'unknown', reason };
}
