import {
  HopStatus,
  PolicyView,
  WayInStatus,
} from 'backstage-plugin-istio-jwt-common';
import {
  compileProxy,
  Mesh,
  parseYaml,
  Resource,
  ResourceRef,
} from 'istio-jwt-policy-engine';
import { keyOfResource } from '../format/describeResource';

/*
 * The engine runs in the browser on what the status has: the policies of each hop, as YAML, and where
 * they are attached. Routes, workloads and the mesh config are not there, so a scene is only used
 * where the engine attaches exactly the policies that the backend said, in its order.
 */
export type Scene =
  | { kind: 'ready'; mesh: Mesh; wayIn: WayInStatus; policies: Resource[][] }
  /** Why nothing can be decided here, in a sentence. */
  | { kind: 'unavailable'; reason: string };

/** A name that no namespace can have. */
const NO_NAMESPACE = '-';
const FIRST_TIME = Date.UTC(2000, 0, 1);

/** @param policies - of the way in's cluster */
export function buildScene(wayIn: WayInStatus, policies: PolicyView[]): Scene {
  if (wayIn.hops.some(({ proxy }) => proxy.kind === 'ztunnel')) {
    return {
      kind: 'unavailable',
      reason:
        'ztunnel stands on the way, which sees connections and no tokens: see the verdict of the way in.',
    };
  }
  const known = new Map(
    policies.map(({ ref, yaml }) => [keyOfResource(ref), yaml]),
  );
  const mesh = new Mesh({ rootNamespace: findRootNamespace(wayIn) });
  const resources = new Map<string, Resource>();
  for (const { policies: attached } of wayIn.hops) {
    for (const { ref } of attached) {
      const key = keyOfResource(ref);
      const yaml = known.get(key);
      const [resource] = yaml === undefined ? [] : parseYaml(yaml).resources;
      if (!resource) {
        return {
          kind: 'unavailable',
          reason: `This page has no ${ref.kind} ${ref.namespace}/${ref.name}, which stands on the way.`,
        };
      }
      if (!resources.has(key)) {
        resources.set(key, withAge(resource, resources.size));
      }
    }
  }
  resources.forEach(resource => mesh.apply(resource));
  const differs = wayIn.hops.find(hop => !isAttachedAlike(mesh, hop));
  if (differs) {
    return {
      kind: 'unavailable',
      reason: `Which policies reach ${differs.proxy.kind} ${differs.proxy.name} depends on more than this page knows.`,
    };
  }
  return {
    kind: 'ready',
    mesh,
    wayIn,
    policies: wayIn.hops.map(hop =>
      hop.policies.map(
        ({ ref }) => resources.get(keyOfResource(ref)) as Resource,
      ),
    ),
  };
}

/** The order in which Istio reads policies is their age; the status lists them in that order. */
function withAge(resource: Resource, index: number): Resource {
  return {
    ...resource,
    metadata: {
      ...resource.metadata,
      creationTimestamp: new Date(FIRST_TIME + index * 1000).toISOString(),
    },
  };
}

function findRootNamespace({ hops }: WayInStatus): string {
  const root = hops
    .flatMap(({ policies }) => policies)
    .find(({ by }) => by === 'root-namespace');
  return root?.ref.namespace ?? NO_NAMESPACE;
}

function isAttachedAlike(mesh: Mesh, hop: HopStatus): boolean {
  const name = (ref: ResourceRef, by: string, action?: string, dry?: boolean) =>
    `${keyOfResource(ref)} ${by} ${action ?? ''} ${dry ?? false}`;
  const own = compileProxy(mesh, hop.proxy).policies.map(
    ({ ref, by, action, dryRun }) => name(ref, by, action, dryRun),
  );
  const told = hop.policies.map(({ ref, by, action, dryRun }) =>
    name(ref, by, action, dryRun),
  );
  return own.join('\n') === told.join('\n');
}
