import {
  EnablementRequest,
  Resource,
  ResourceRef,
  RouteRequest,
} from '../../model';
import { assessService } from '../../assess/assessService';
import { isSubsetHost } from '../../attach/hosts';
import { Mesh } from '../../attach/Mesh';
import { nameOf, refOf, validateResource } from '../../parse';
import { ServiceSpec } from '../../parse/specs';
import { withChanges } from '../withChanges';
import { buildRoute } from './buildRoute';
import { findHostGateway, findHostRoute } from './findHostRoute';
import { listRouteSites, RouteSite } from './listRouteGateways';

const HOST =
  /^(?=.{1,253}$)([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export type OpenedRoute =
  | {
      ok: true;
      /** In the order of writing. */
      resources: Resource[];
      /** Ids of the ways in that come with it. */
      waysIn: string[];
    }
  | {
      ok: false;
      reason: string;
      alternatives: string[];
      conflicts?: ResourceRef[];
    };

/** The objects that make a route to a service where none is, or why there must not be one. */
export function openRoute(
  mesh: Mesh,
  request: EnablementRequest,
  route: RouteRequest,
): OpenedRoute {
  const { host, port } = route;
  const { service } = request;
  const site = listRouteSites(mesh, service.namespace).find(
    ({ id }) => id === route.gateway,
  );
  if (!site) {
    return refuse(
      `No gateway ${route.gateway} takes routes of namespace ${service.namespace} (any more).`,
      ['Choose among the gateways that the cluster has now.'],
    );
  }
  if (!HOST.test(host)) {
    return refuse(`${JSON.stringify(host)} is no host name.`, [
      'Write a full name in lower case, such as shop.example.com, without scheme, port or wildcard.',
    ]);
  }
  const stored = mesh.get({ kind: 'Service', ...service });
  const { ports = [] } = (stored?.spec ?? {}) as ServiceSpec;
  if (!ports.some(each => each.port === port)) {
    return refuse(`The Service has no port ${port}.`, [
      `It has: ${ports.map(each => each.port).join(', ') || 'none'}.`,
    ]);
  }
  const taken = whyTaken(mesh, site, host);
  if (taken) return taken;
  const resources = buildRoute(site, request, route);
  const existing = resources.find(resource => mesh.get(refOf(resource)));
  if (existing) {
    return refuse(
      `${nameOf(refOf(existing))} exists already.`,
      ['Disable the enablement that made it first.'],
      [refOf(existing)],
    );
  }
  const [invalid] = resources.flatMap(resource => validateResource(resource));
  if (invalid) {
    return refuse(
      `The cluster would refuse it: ${invalid.path ?? ''} ${invalid.message}`,
      [],
    );
  }
  return seeRoute(mesh, service, host, resources);
}

function whyTaken(
  mesh: Mesh,
  { proxies, hosts, by, namespace, name, port }: RouteSite,
  host: string,
): OpenedRoute | undefined {
  if (!hosts.some(each => isSubsetHost(host, each))) {
    return refuse(
      `Gateway ${namespace}/${name} does not take ${host} on port ${port}: it takes ${hosts.join(
        ', ',
      )}.`,
      ['Choose a host that it takes, or another gateway.'],
    );
  }
  const served = findHostRoute(mesh, proxies, host);
  if (served) {
    return refuse(
      `${host} is served by this gateway already: ${nameOf(served.route)} has ${
        served.host
      }.`,
      [
        'Choose another host, or another gateway.',
        'If that route leads to this service, choose its way in instead of a new route.',
      ],
      [served.route],
    );
  }
  const gateway =
    by === 'workload' ? findHostGateway(mesh, proxies, host, port) : undefined;
  return gateway
    ? refuse(
        `${nameOf(
          gateway,
        )} takes ${host}, or the whole port ${port}, at this workload already.`,
        ['Choose that Gateway, if it takes routes of this namespace.'],
        [gateway],
      )
    : undefined;
}

/** The route is believed where the engine sees it lead to the service. */
function seeRoute(
  mesh: Mesh,
  service: EnablementRequest['service'],
  host: string,
  resources: Resource[],
): OpenedRoute {
  const route = refOf(resources.at(-1)!);
  const waysIn = withChanges(mesh, resources, () =>
    assessService(mesh, service).waysIn.filter(
      wayIn =>
        wayIn.route?.kind === route.kind &&
        wayIn.route.namespace === route.namespace &&
        wayIn.route.name === route.name &&
        wayIn.host === host,
    ),
  );
  return waysIn.length > 0
    ? { ok: true, resources, waysIn: waysIn.map(({ id }) => id) }
    : refuse(
        `A route for ${host} would not lead to the service: the gateway does not see it, or does not take it.`,
        [
          'Look at exportTo of the Service and of the mesh config, and at what the gateway takes.',
        ],
      );
}

function refuse(
  reason: string,
  alternatives: string[],
  conflicts?: ResourceRef[],
): OpenedRoute {
  return {
    ok: false,
    reason,
    alternatives,
    ...(conflicts ? { conflicts } : {}),
  };
}
