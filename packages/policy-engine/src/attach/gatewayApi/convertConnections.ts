import { DestinationSpec, L4RouteSpec } from '../../parse/specs';
import type { Stored } from '../Stored';
import { Backends } from './backendRefs';
import { BackendRefSpec, RouteSpec } from './specs';

/** As istiod names what is not there (convertTCPRoute). */
const NOWHERE: DestinationSpec['destination'] = {
  host: 'internal.cluster.local',
};

/**
 * Where the rules of a TCPRoute or TLSRoute lead. What leads nowhere is a route all the same, by which connections are
 * closed, but for a TLSRoute without any share: no connection is for that.
 */
export function convertConnectionRules(
  { resource }: Stored,
  backends: Backends,
): L4RouteSpec[] {
  const { rules = [] } = (resource.spec ?? {}) as RouteSpec;
  return rules.flatMap(({ backendRefs = [] }): L4RouteSpec[] => {
    const shares = backendRefs.filter(ref => shareOf(ref) > 0);
    if (shares.length > 0) {
      return [{ route: shares.map(ref => toDestination(ref, backends)) }];
    }
    return resource.kind === 'TLSRoute'
      ? []
      : [{ route: [{ destination: NOWHERE }] }];
  });
}

function shareOf({ weight }: BackendRefSpec): number {
  return weight ?? 1;
}

function toDestination(
  ref: BackendRefSpec,
  backends: Backends,
): DestinationSpec {
  const [destination = NOWHERE] = backends.destination(ref);
  return { destination, weight: shareOf(ref) };
}
