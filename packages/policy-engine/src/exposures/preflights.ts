import { ProxyRequest } from '../model';
import { WayInAnalysis } from './analysis';
import {
  ClassResult,
  coordinatesOf,
  Exploration,
  isElsewhere,
} from './explore';

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

/** On how many hosts and paths no preflight passes. Where nothing tells preflights apart, they are answered as any request is. */
export function countRefused(
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
