import { ProxyRequest, WayIn } from '../model';
import { Mesh } from '../attach/Mesh';
import { Program } from '../compile/program';
import { Walk, wouldLeadTo } from '../decide/walk';
import { WayInAnalysis } from './analysis';
import { describeExposures, describeSample } from './describeExposures';
import {
  ClassResult,
  classify,
  Exploration,
  isElsewhere,
  MAX_CLASSES,
  prepare,
  requestAt,
  run,
} from './explore';
import { countRefused, isPreflightShaped } from './preflights';
import { tryTokens } from './tryTokens';
import { reasonOf } from './whyUnknown';

const REGEX_ROUTES =
  'a route compares by regular expression, of which only examples can be tried';

/** Tries a request of every class that the policies and routes of a way in tell apart. */
export function analyseWayIn(
  mesh: Mesh,
  wayIn: WayIn,
  programs: readonly Program[],
): WayInAnalysis {
  const exploration = prepare(mesh, wayIn, programs);
  if (exploration.tooMany) return analyseSample(mesh, wayIn, exploration);
  const { results, unknown } = runAll(mesh, wayIn, exploration);
  if (results.includes('passes')) {
    setAsideForeign(mesh, wayIn, exploration, results);
  }
  const isPreflightAt = (index: number) =>
    isPreflightShaped(requestAt(wayIn, exploration, index));
  const relevant = results
    .map((_, index) => index)
    .filter(index => !isElsewhere(results[index]) && !isPreflightAt(index));
  const passing = relevant.filter(index => results[index] === 'passes');
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
    everythingPasses: relevant.length > 0 && passing.length === relevant.length,
    ...(reason === undefined ? {} : { unknown: reason }),
    validTokenPasses: attempt.passes,
    // Where routes go by claims, only a token may lead here.
    unreachable: relevant.length === 0 && attempt.passes !== 'yes',
    preflightsRefused: countRefused(exploration, results, isPreflightAt),
  };
}

/** What happens to a request of each class without a token, and why that is not known of some. */
function runAll(
  mesh: Mesh,
  wayIn: WayIn,
  exploration: Exploration,
): { results: ClassResult[]; unknown?: string } {
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
  return { results, unknown };
}

/**
 * Takes what the gateway refuses, and would have led elsewhere, for what it is: beside requests that pass it would look
 * as if a part of the way in were closed. By regular expressions only examples are known, and each counts.
 */
function setAsideForeign(
  mesh: Mesh,
  wayIn: WayIn,
  exploration: Exploration,
  results: ClassResult[],
): void {
  const [first] = wayIn.hops;
  if (first?.proxy.kind !== 'gateway' || first.protocol !== 'http') return;
  if (exploration.patterns.usesRegex) return;
  results.forEach((result, index) => {
    if (result !== 'refused') return;
    const request = requestAt(wayIn, exploration, index);
    const { steps } = run(mesh, wayIn, exploration, request);
    const isAtGateway = steps.length === 1;
    if (!isAtGateway) return;
    const { virtualHosts } = exploration;
    if (wouldLeadTo(mesh, wayIn, steps[0], virtualHosts) === false) {
      results[index] = 'elsewhere';
    }
  });
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

/** Says what is surely exposed, and that the rest is not known. */
function analyseSample(
  mesh: Mesh,
  wayIn: WayIn,
  exploration: Exploration,
): WayInAnalysis {
  return {
    exposures: describeSample(mesh, wayIn, exploration),
    everythingPasses: false,
    unknown: `policies and routes tell apart too many classes of requests to try all of them (${exploration.size}, at most ${MAX_CLASSES})`,
    validTokenPasses: 'not-tried',
    unreachable: false,
    preflightsRefused: 'unknown',
  };
}
