import {
  CoverageFilter,
  CoverageService,
  EntityStatus,
} from 'backstage-plugin-istio-jwt-common';
import { ProtectionState } from 'istio-jwt-policy-engine';
import { IstioJwtApi, IstioJwtCoverageApi } from '../../api';
import { describeWayIn } from '../../format/describeWayIn';
import { sortWorstFirst } from '../../format/rankStates';

/** One host of a gateway, as the way in to one service. */
export interface GatewayHost {
  key: string;
  /** Such as `https://shop.example/api/*`. */
  address: string;
  state: ProtectionState;
  reason: string;
  service: Pick<CoverageService, 'title' | 'entityRef'>;
}

export interface GatewayHosts {
  /** Worst first. */
  hosts: GatewayHost[];
  /** Services behind the gateway whose hosts are not among `hosts`, with the reason. */
  missing: { title: string; reason: string }[];
  /** Services behind the gateway that were not asked for. */
  notAsked: number;
}

const MAX_SERVICES = 20;
const AT_ONCE = 4;

/**
 * Hosts are a part of the status of entities, so those of the worst services behind a gateway are
 * asked for. What nobody claims has no status; that is told rather than left out.
 *
 * @param gateway - `cluster/namespace/name`
 */
export async function loadGatewayHosts(
  apis: { coverage: IstioJwtCoverageApi; status: IstioJwtApi },
  gateway: string,
  filter: CoverageFilter,
  signal: AbortSignal,
): Promise<GatewayHosts> {
  const { items, total } = await apis.coverage.listServices(
    { ...filter, gateway },
    { sort: 'state', limit: MAX_SERVICES, signal },
  );
  const result: GatewayHosts = {
    hosts: [],
    missing: [],
    notAsked: total - items.length,
  };
  for (let start = 0; start < items.length; start += AT_ONCE) {
    await Promise.all(
      items.slice(start, start + AT_ONCE).map(async service => {
        if (!service.entityRef) {
          result.missing.push({
            title: `${service.namespace}/${service.name}`,
            reason: 'no entity claims it',
          });
          return;
        }
        const status = await apis.status
          .getStatus(service.entityRef, { signal })
          .catch(() => undefined);
        if (status) {
          result.hosts.push(...listHosts(status, service, gateway));
        } else {
          result.missing.push({
            title: service.title,
            reason: 'its status could not be read',
          });
        }
      }),
    );
  }
  return { ...result, hosts: sortWorstFirst(result.hosts) };
}

function listHosts(
  status: EntityStatus,
  service: CoverageService,
  gateway: string,
): GatewayHost[] {
  return status.services
    .filter(
      each =>
        each.cluster === service.cluster &&
        each.namespace === service.namespace &&
        each.name === service.name,
    )
    .flatMap(({ cluster, waysIn }) =>
      waysIn
        .filter(
          each =>
            each.gateway &&
            `${cluster}/${each.gateway.namespace}/${each.gateway.name}` ===
              gateway,
        )
        .map(wayIn => ({
          key: `${service.id} ${wayIn.id}`,
          address: describeWayIn(wayIn),
          state: wayIn.state,
          reason: wayIn.reason,
          service,
        })),
    );
}
