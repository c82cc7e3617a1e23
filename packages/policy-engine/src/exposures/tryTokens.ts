import { WayIn } from '../model';
import { Mesh } from '../attach/Mesh';
import { WayInAnalysis } from './analysis';
import {
  ClassResult,
  Exploration,
  isElsewhere,
  requestAt,
  run,
} from './explore';
import { isPreflightShaped } from './preflights';
import { validTokens } from './validTokens';
import { reasonOf } from './whyUnknown';

/** Requests with tokens tried before the search is given up. */
const MAX_TRIES = 20_000;

interface TokenAttempt {
  passes: WayInAnalysis['validTokenPasses'];
  reason?: string;
}

/** Whether a request with some valid token reaches the workload. */
export function tryTokens(
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
