import { ProxyRequest, WayIn } from '../model';
import { Mesh } from '../attach/Mesh';
import { Program } from '../compile/program';
import { beginRequest } from '../decide/requestTo';
import { walk, Walk, WalkOptions } from '../decide/walk';
import { VirtualHosts } from '../route/matchRoute';
import { candidatesOf } from '../route/candidates';
import { findVirtualHost } from '../route/routeTable';
import { admittedDomains } from './admittedDomains';
import { Dimension, splitRequests } from './dimensions';
import {
  addProgram,
  addProgramBehind,
  addRoutes,
  emptyPatterns,
  Patterns,
} from './patterns';

/** Request classes of one way in, beyond which it is not decided. */
export const MAX_CLASSES = 5000;

/** What happens to a class of requests. */
export type ClassResult =
  | 'passes'
  | 'refused'
  | 'unknown'
  | 'elsewhere'
  /** Routed elsewhere as far as examples tell, and admitted if it were not. */
  | 'perhaps';

export function isElsewhere(result: ClassResult): boolean {
  return result === 'elsewhere' || result === 'perhaps';
}

/** All request classes of a way in, ready to be run with or without a token. */
export interface Exploration {
  dimensions: Dimension[];
  patterns: Patterns;
  programs: readonly Program[];
  /** Product of the dimensions' sizes. */
  size: number;
  /** Too many to run, or not all of them are known. */
  tooMany: boolean;
  virtualHosts: VirtualHosts;
}

export function prepare(
  mesh: Mesh,
  wayIn: WayIn,
  programs: readonly Program[],
): Exploration {
  const patterns = emptyPatterns();
  const [first] = wayIn.hops;
  const isForwarded =
    first?.proxy.kind === 'gateway' && first.protocol === 'http';
  wayIn.hops.forEach((hop, index) => {
    const program = programs[index];
    if (isForwarded && index === 1 && hop.protocol === 'http') {
      addProgramBehind(patterns, program);
    } else addProgram(patterns, program, hop.protocol);
  });
  addGatewayRoutes(mesh, wayIn, patterns);
  const { dimensions, complete } = splitRequests(wayIn, patterns, {
    trustDomains: admittedDomains(mesh),
    // That of the mesh config, the same for all proxies.
    pathNormalization: mesh.config.pathNormalization,
  });
  const size = dimensions.reduce(
    (product, { options }) => product * options.length,
    1,
  );
  return {
    dimensions,
    patterns,
    programs,
    size,
    tooMany: size > MAX_CLASSES || !complete,
    virtualHosts: new Map(),
  };
}

/** The request that stands for a class. */
export function witnessOf(
  wayIn: WayIn,
  { dimensions }: Exploration,
  coordinates: readonly number[],
): ProxyRequest {
  let request = beginRequest(wayIn);
  dimensions.forEach(({ options }, index) => {
    request = options[coordinates[index]].apply(request);
  });
  return request;
}

export function coordinatesOf(
  { dimensions }: Exploration,
  index: number,
): number[] {
  let rest = index;
  return dimensions.map(({ options }) => {
    const position = rest % options.length;
    rest = Math.floor(rest / options.length);
    return position;
  });
}

export function indexOf(
  { dimensions }: Exploration,
  coordinates: readonly number[],
): number {
  let index = 0;
  for (let i = dimensions.length - 1; i >= 0; i--) {
    index = index * dimensions[i].options.length + coordinates[i];
  }
  return index;
}

export function classify(result: Walk): ClassResult {
  if (result.reaches === true) return 'passes';
  if (result.reaches === 'unknown') return 'unknown';
  const last = result.steps.at(-1);
  return last && last.evaluation.passes !== false ? 'elsewhere' : 'refused';
}

/** The request that stands for the class with this number. */
export function requestAt(
  wayIn: WayIn,
  exploration: Exploration,
  index: number,
): ProxyRequest {
  return witnessOf(wayIn, exploration, coordinatesOf(exploration, index));
}

/** Runs one request without writing traces. */
export function run(
  mesh: Mesh,
  wayIn: WayIn,
  { programs, virtualHosts }: Exploration,
  request: ProxyRequest,
  assumed: Pick<WalkOptions, 'assumeRouted' | 'comparesEach'> = {},
): Walk {
  const options = { virtualHosts, ...assumed };
  return walk(mesh, wayIn, programs, request, options);
}

function addGatewayRoutes(mesh: Mesh, wayIn: WayIn, patterns: Patterns): void {
  const [hop] = wayIn.hops;
  if (!hop || hop.proxy.kind !== 'gateway' || hop.protocol !== 'http') return;
  const host = wayIn.host.startsWith('*')
    ? `x${wayIn.host.slice(1)}`
    : wayIn.host;
  const sni = wayIn.protocol === 'https' ? host : undefined;
  const found = findVirtualHost(mesh, hop.proxy, hop.port, host, sni);
  if (found === 'no-listener' || found === undefined) return;
  addRoutes(patterns, candidatesOf(found));
}
