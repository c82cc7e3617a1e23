import { serversOfProxy } from '../attach/servedServers';
import { Mesh } from '../attach/Mesh';
import { Stored } from '../attach/Stored';
import { policyIndexOf, selectorOf } from '../attach/policyIndex';
import {
  isRouter,
  labelIndex,
  proxyOf,
  workloadNamespaces,
  workloadsIn,
} from '../attach/workloads';
import { partsOf } from '../attach/virtualServiceIndex';
import {
  virtualServicesOf,
  virtualServicesTo,
} from '../attach/virtualServices';
import { findingsOfNamespace } from '../analyse/findProblems';
import { compilePolicy } from '../compile/compilePolicy';
import { compileProxy } from '../compile/compileProxy';
import { programForHost } from '../compile/programForHost';
import { compileProviders } from '../compile/jwtProviders';
import { ProxyRef } from '../model';
import { findVirtualHost } from '../route/routeTable';

/** Objects looked at in one step. */
const STEP = 25;
/** A name that no route is for: it is looked up for the table that it is not in. */
const NOBODY = 'nobody.invalid';

/**
 * Makes the tables that the assessments of all Services share, in short steps: the first assessment of a
 * large mesh, or the first after a change of a shared gateway, makes them in one go otherwise. Only time
 * depends on it: an answer is the same with, without, and after a half of it, and also where the mesh
 * changes between two steps.
 *
 * @public
 */
export function* prepareMesh(mesh: Mesh): Generator<void, void> {
  yield* preparePolicies(mesh);
  yield* prepareRoutes(mesh);
  const routers: ProxyRef[] = [];
  for (const namespace of workloadNamespaces(mesh)) {
    labelIndex(mesh, namespace);
    for (const workload of workloadsIn(mesh, namespace)) {
      if (isRouter(workload)) routers.push(proxyOf(workload, 'gateway'));
    }
    yield;
  }
  for (const namespace of namespacesOfPolicies(mesh)) {
    findingsOfNamespace(mesh, namespace);
    yield;
  }
  for (const proxy of routers) yield* prepareGateway(mesh, proxy);
}

function* preparePolicies(mesh: Mesh): Generator<void, void> {
  yield* forEachChanged(mesh, 'AuthorizationPolicy', stored => {
    selectorOf(stored);
    compilePolicy(mesh, stored);
  });
  yield* forEachChanged(mesh, 'RequestAuthentication', stored => {
    selectorOf(stored);
    if (stored.errors.length === 0) compileProviders(stored);
  });
}

function* prepareRoutes(mesh: Mesh): Generator<void, void> {
  yield* forEachChanged(mesh, 'VirtualService', partsOf);
  virtualServicesTo(mesh, NOBODY);
  yield;
}

/** By kind and namespace when all objects there had been looked at, and under which mesh config. */
interface Visits {
  config: object;
  at: Map<string, number>;
}

const visitsOf = new WeakMap<Mesh, Visits>();

/** Looks at all objects of a kind in namespaces where some of them changed: what is made of an object is kept with it. */
function* forEachChanged(
  mesh: Mesh,
  kind: string,
  visit: (stored: Stored) => void,
): Generator<void, void> {
  const { config } = mesh;
  let visits = visitsOf.get(mesh);
  if (visits?.config !== config) {
    visitsOf.set(mesh, (visits = { config, at: new Map() }));
  }
  let count = 0;
  for (const namespace of mesh.namespacesOf(kind)) {
    const place = `${kind}/${namespace}`;
    const at = mesh.revisionOf(kind, namespace);
    if (visits.at.get(place) === at) continue;
    for (const stored of mesh.unsorted(kind, namespace)) {
      visit(stored);
      if (++count % STEP === 0) yield;
    }
    visits.at.set(place, at);
  }
}

function namespacesOfPolicies(mesh: Mesh): Set<string> {
  return new Set([
    ...mesh.namespacesOf('RequestAuthentication'),
    ...mesh.namespacesOf('AuthorizationPolicy'),
  ]);
}

function* prepareGateway(mesh: Mesh, proxy: ProxyRef): Generator<void, void> {
  const servers = serversOfProxy(mesh, proxy);
  yield;
  for (const { server } of servers) {
    virtualServicesOf(mesh, server.key);
    yield;
  }
  for (const namespace of [mesh.rootNamespace, proxy.namespace]) {
    policyIndexOf(mesh, 'AuthorizationPolicy', namespace);
    yield;
  }
  compileProxy(mesh, proxy);
  yield;
  programForHost(mesh, proxy, NOBODY, 'http');
  yield;
  const ports = new Set(servers.flatMap(({ listenPorts }) => listenPorts));
  for (const port of ports) {
    findVirtualHost(mesh, proxy, port, NOBODY, undefined);
    yield;
  }
}
