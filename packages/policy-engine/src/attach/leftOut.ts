import { Family } from '../queries/queries';
import { apiBindings } from './apiWaysIn';
import { controllerOf, proxiesOfGateway } from './gatewayApi/gateways';
import { gatewayProxyOf, gatewayWorkloads } from './gateways';
import { gatewayBindings } from './gatewayWaysIn';
import { allGateways } from './ingress/ingressRoutes';
import { GATEWAY_API_GATEWAY } from './kindKeys';
import type { Mesh } from './Mesh';
import { leavesServersOut } from './servedServers';
import type { Binding } from './serverWaysIn';
import type { Stored } from './Stored';

const SOME_LEFT_OUT = new Family();

/** What routes to a Service are bound to, and istiod leaves out. */
export function leftOutBindings(mesh: Mesh, service: Stored): Binding[] {
  // Most meshes have none, and need not be looked through for each Service.
  const some = mesh.queries.getOne(SOME_LEFT_OUT, () => someAreLeftOut(mesh));
  if (!some) return [];
  return [
    ...gatewayBindings(mesh, service),
    ...apiBindings(mesh, service),
  ].filter(({ leftOut }) => leftOut !== undefined);
}

function someAreLeftOut(mesh: Mesh): boolean {
  return (
    allGateways(mesh)
      .flatMap(gateway => gatewayWorkloads(mesh, gateway))
      .some(workload => leavesServersOut(mesh, gatewayProxyOf(workload))) ||
    mesh
      .all(GATEWAY_API_GATEWAY)
      .filter(gateway => controllerOf(mesh, gateway) === 'gateway')
      .flatMap(gateway => proxiesOfGateway(mesh, gateway, 'gateway'))
      .some(proxy => leavesServersOut(mesh, proxy))
  );
}
