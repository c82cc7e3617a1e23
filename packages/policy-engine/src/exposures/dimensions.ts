import { PathNormalization } from '../match/normalizePath';
import { ProxyRequest, WayIn } from '../model';
import { addressOptions, callerOptions } from './callers';
import { hostOptions } from './hostOptions';
import { headerOptions, paramOptions } from './headerOptions';
import { methodOptions } from './methodOptions';
import { pathOptions } from './pathOptions';
import { Patterns } from './patterns';
import { serverNameOptions } from './serverNames';

/** One class of values along a dimension, with a value that stands for it. */
export interface Option {
  label: string;
  /** Options with equal signatures meet the same patterns; one of them is kept. */
  signature: string;
  apply(request: ProxyRequest): ProxyRequest;
}

export interface Dimension {
  name: 'caller' | 'method' | 'host' | 'path' | 'detail';
  options: Option[];
}

/** Options, and whether every combination of patterns has one. */
export interface Options {
  options: Option[];
  complete: boolean;
}

/** What of a mesh says which requests there are. */
export interface Surroundings {
  /** Of callers whose certificates proxies take; the mesh's own first. */
  trustDomains: readonly string[];
  pathNormalization: PathNormalization;
}

/**
 * Splits the requests of a way in into classes that no policy and no route tells apart: one
 * dimension for each thing that some pattern compares.
 */
export function splitRequests(
  wayIn: WayIn,
  patterns: Patterns,
  { trustDomains, pathNormalization }: Surroundings,
): { dimensions: Dimension[]; complete: boolean } {
  const isHttp = wayIn.hops.some(hop => hop.protocol === 'http');
  const { sourceIp, remoteIp, headers, params } = patterns;
  const parts: [Dimension['name'], Options][] = [
    ['caller', callerOptions(wayIn, patterns, trustDomains)],
    ['detail', addressOptions('ip', sourceIp)],
    ['detail', addressOptions('remoteIp', remoteIp)],
  ];
  if (isHttp) {
    parts.push(
      ['method', methodOptions(patterns)],
      ['host', hostOptions(wayIn, patterns)],
      ['path', pathOptions(patterns, pathNormalization)],
    );
    for (const name of headers.keys()) {
      parts.push(['detail', headerOptions(name, patterns)]);
    }
    for (const [name, found] of params) {
      parts.push(['detail', paramOptions(name, found)]);
    }
  }
  // Last: a client that does not say otherwise names the host that it asks for.
  parts.push(['detail', serverNameOptions(wayIn, patterns)]);
  return {
    dimensions: parts
      .filter(([, { options }]) => options.length > 0)
      .map(([name, { options }]) => ({ name, options: distinct(options) })),
    complete: parts.every(([, { complete }]) => complete),
  };
}

function distinct(options: Option[]): Option[] {
  const seen = new Map<string, Option>();
  for (const option of options) {
    if (!seen.has(option.signature)) seen.set(option.signature, option);
  }
  return [...seen.values()];
}
