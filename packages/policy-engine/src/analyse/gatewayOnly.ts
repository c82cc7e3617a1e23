import type { AnalysedWayIn } from '../assess/assessService';
import { gatewayWorkloadIdentity } from '../attach/identity';
import { DetectorContext } from './detector';

/**
 * Whether a way in inside the mesh admits, without a token, the gateways on the Service's other ways
 * in and nobody else: what passes there has passed the gateway.
 */
export function admitsOnlyGateways(
  way: AnalysedWayIn,
  { mesh, waysIn }: Pick<DetectorContext, 'mesh' | 'waysIn'>,
): boolean {
  const { wayIn, analysis } = way;
  const exposed = analysis.exposures.filter(({ preflight }) => !preflight);
  if (wayIn.kind !== 'in-mesh' || analysis.everythingPasses) return false;
  if (exposed.length === 0 || analysis.unknown !== undefined) return false;
  const gateways = new Set(
    waysIn.flatMap(other =>
      other.wayIn.hops
        .filter(({ proxy }) => proxy.kind === 'gateway')
        .map(({ proxy }) => gatewayWorkloadIdentity(mesh, proxy)),
    ),
  );
  return exposed.every(({ witness }) =>
    gateways.has(witness.source?.principal ?? ''),
  );
}
