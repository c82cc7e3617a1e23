import {
  BackstageCredentials,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  Entity,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  AffectedService,
  istioJwtStatusReadPermission,
  PlannedEnablementView,
} from 'backstage-plugin-istio-jwt-common';
import { ClusterMirror, ClusterRegistry } from '../../cluster';
import { listOwners } from '../../entity';
import { nameService } from './createClaimFinder';
import { OperationPlan } from './OperationPlan';
import { queryClaims } from './queryClaims';

const MAX_ENTITIES = 20_000;
const MAX_SHOWN = 50;
const FIELDS = [
  'kind',
  'metadata.namespace',
  'metadata.name',
  'metadata.annotations',
  'relations',
  'spec.owner',
];

export interface AffectedFinder {
  catalog: CatalogService;
  permissions: PermissionsService;
  registry: Pick<ClusterRegistry, 'get'>;
}

/**
 * Who owns the neighbours of a plan, by the catalog as the caller sees it. The rest is counted: that
 * somebody is there concerns whoever decides, who it is may not.
 */
export async function findAffected(
  { catalog, permissions, registry }: AffectedFinder,
  { service: { cluster }, effects }: Pick<OperationPlan, 'service' | 'effects'>,
  credentials: BackstageCredentials,
): Promise<PlannedEnablementView['affected']> {
  const mirror = registry.get(cluster)!;
  const targets = effects.filter(({ isTarget }) => isTarget);
  const own = new Set(targets.map(({ service }) => nameService(service)));
  const ownHosts = new Set(targets.map(({ wayIn }) => wayIn.host));
  const hosts = new Map<string, Set<string>>();
  const services = new Map<string, { namespace: string; name: string }>();
  for (const { service, wayIn } of effects) {
    const name = nameService(service);
    if (own.has(name)) continue;
    services.set(name, service);
    hosts.set(name, (hosts.get(name) ?? new Set()).add(wayIn.host));
  }
  const distinct = new Set([...hosts.values()].flatMap(set => [...set]));
  ownHosts.forEach(host => distinct.delete(host));
  const found = new Map<string, AffectedService>();
  if (hosts.size > 0) {
    const owners = await listServiceOwners(
      catalog,
      mirror,
      [...services.values()],
      hosts,
      credentials,
    );
    const visible = await filterReadable(permissions, owners, credentials);
    for (const { name, service } of visible) {
      if (!found.has(name)) found.set(name, service);
    }
  }
  return {
    services: [...found.values()]
      .sort((a, b) => (a.entityRef < b.entityRef ? -1 : 1))
      .slice(0, MAX_SHOWN),
    others: hosts.size - found.size,
    hosts: distinct.size,
  };
}

interface Named {
  name: string;
  service: AffectedService;
}

async function listServiceOwners(
  catalog: CatalogService,
  mirror: ClusterMirror,
  services: { namespace: string; name: string }[],
  hosts: ReadonlyMap<string, ReadonlySet<string>>,
  credentials: BackstageCredentials,
): Promise<Named[]> {
  const cluster = mirror.config.name;
  const found: Named[] = [];
  const query = {
    catalog,
    getCredentials: async () => credentials,
    fields: FIELDS,
    atMost: MAX_ENTITIES,
  };
  for await (const claim of queryClaims(query, mirror, services)) {
    for (const service of claim.services) {
      const name = nameService(service);
      found.push({
        name,
        service: {
          cluster,
          ...service,
          entityRef: stringifyEntityRef(claim.entity),
          owners: ownersOf(claim.entity),
          hosts: [...(hosts.get(name) ?? [])].sort(),
        },
      });
    }
  }
  return found;
}

async function filterReadable(
  permissions: PermissionsService,
  found: Named[],
  credentials: BackstageCredentials,
): Promise<Named[]> {
  if (found.length === 0) return [];
  const decisions = await permissions.authorize(
    found.map(({ service }) => ({
      permission: istioJwtStatusReadPermission,
      resourceRef: service.entityRef,
    })),
    { credentials },
  );
  return found.filter(
    (_, index) => decisions[index]?.result === AuthorizeResult.ALLOW,
  );
}

function ownersOf({ relations, spec, metadata }: Entity): string[] {
  const related = listOwners({ relations });
  if (related.length > 0) return related;
  try {
    return typeof spec?.owner === 'string'
      ? [
          stringifyEntityRef(
            parseEntityRef(spec.owner, {
              defaultKind: 'group',
              defaultNamespace: metadata.namespace,
            }),
          ),
        ]
      : [];
  } catch {
    return [];
  }
}
