import type { GatewayServer } from '../../attach/gateways';
import { leadsOf } from '../../attach/leads';
import { leftOutBindings } from '../../attach/leftOut';
import type { LeftOut } from '../../attach/mergeServers';
import type { Binding } from '../../attach/serverWaysIn';
import { serviceMeantBy } from '../../attach/aliases';
import { nameOf, refOf } from '../../parse';
import { Detector, DetectorContext, NOTHING, Occurrence } from '../detector';

export const serverLeftOut: Detector = {
  id: 'server-left-out',
  severity: 'warning',
  title: 'A route leads in by a server that istiod leaves out',
  why: 'Where Gateways of one proxy have servers on one port, istiod leaves a younger server out as a whole if it has TLS and an older one has any of its hosts, or if both are in plain text and not both HTTP. It leaves out listeners of the Gateway API that an earlier one does not let stand beside them, and may leave out Gateways of other namespaces than their proxies. Istio accepts the Gateway all the same. Requests for the hosts of such a server get what the older ones make of them, by their own routes.',
  fix: 'Give each host to one Gateway, and bind the route to that one.',
  link: 'https://istio.io/latest/docs/reference/config/analysis/ist0145/',
  inService: context => {
    const { mesh, service } = context;
    const stored = mesh.stored('Service', service.namespace, service.name);
    if (!stored) return NOTHING;
    return leftOutBindings(mesh, stored).flatMap(binding =>
      describe(context, binding),
    );
  },
};

function describe(
  { mesh, service }: DetectorContext,
  binding: Binding,
): Occurrence[] {
  const { stored, server, leftOut, proxy } = binding;
  if (!leftOut) return [];
  const meant = serviceMeantBy(mesh, service);
  const leads = leadsOf(stored, server, proxy?.namespace ?? '', meant);
  if (leads.length === 0) return [];
  const hosts = [...new Set(leads.map(({ host }) => host))].join(', ');
  const route = refOf(stored.resource);
  return [
    {
      message: `${nameOf(route)} leads nowhere on ${hosts}: ${nameOf(
        server.gateway,
      )} has a server on port ${
        server.port
      } that istiod leaves out, since ${reasonOf(server, leftOut)}.`,
      resource: route,
    },
  ];
}

function reasonOf(server: GatewayServer, leftOut: LeftOut): string {
  switch (leftOut.kind) {
    case 'conflicting-listener':
      return `${leftOut.by} comes first, and both cannot stand beside each other`;
    case 'foreign-namespace':
      return 'its proxies are those of a Gateway of another namespace';
    case 'own-namespace-only':
      return 'its proxies are of another namespace, and istiod has PILOT_SCOPE_GATEWAY_TO_NAMESPACE';
    default:
      return reasonOfRival(server, leftOut.by);
  }
}

function reasonOfRival(server: GatewayServer, by: GatewayServer): string {
  const shared = server.hosts.find(({ host }) =>
    by.hosts.some(other => other.host === host),
  );
  return `${nameOf(by.gateway)} is older and ${
    server.hasTls && shared
      ? `has host ${shared.host} there`
      : 'speaks another protocol there'
  }`;
}
