import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import {
  EntityStatus,
  Observation,
  ServiceStatus,
  StatusProblem,
  WayInStatus,
} from 'backstage-plugin-istio-jwt-common';
import { ResourceRef, worstState } from 'istio-jwt-policy-engine';
import { createHash } from 'node:crypto';
import { ClusterMirror, ClusterRegistry } from '../cluster';
import { EntityTarget, readAnnotations } from '../entity';
import { findingsOfIssuers, IssuerKeys } from '../jwks';
import { steadyPart } from '../jwks/describeHealth';
import { LastRuns } from '../storage';
import { markOutdated } from './applyObservations';
import { AssessedService, assessEntity } from './assessEntity';
import { carryObservations, showLastRun } from './carryObservations';
import { listProblems } from './listProblems';
import { viewPolicy } from './viewPolicy';

/** What does not depend on who asks, nor when. */
export type SharedStatus = Omit<EntityStatus, 'generatedAt' | 'canRunProbes'>;

export type { LastRuns };

export type Scope =
  | { ok: true; mirrors: ClusterMirror[] }
  | { ok: false; problem: StatusProblem };

/** The clusters that a target can live in. */
export function selectClusters(
  target: EntityTarget,
  registry: ClusterRegistry,
): Scope {
  if (registry.names.length === 0) {
    return {
      ok: false,
      problem: {
        code: 'cluster-unavailable',
        message: 'No cluster is configured.',
        fix: 'Add one under istioJwt.clusters in app-config.yaml.',
      },
    };
  }
  if (!target.cluster) {
    return { ok: true, mirrors: registry.list() };
  }
  const mirror = registry.get(target.cluster);
  return mirror
    ? { ok: true, mirrors: [mirror] }
    : {
        ok: false,
        problem: {
          code: 'unknown-cluster',
          message: `The annotation backstage.io/kubernetes-cluster names '${target.cluster}', which is not configured.`,
          fix: `Use one of ${registry.names
            .map(name => `'${name}'`)
            .join(', ')}, or add it under istioJwt.clusters.`,
        },
      };
}

/** Everything that a person sees of an entity. */
export function buildEntityStatus(
  entity: Entity,
  registry: ClusterRegistry,
  runs: LastRuns,
  /** Absent: nothing is known of issuers' keys. */
  keys?: IssuerKeys,
): SharedStatus {
  const annotations = readAnnotations(entity);
  if (!annotations.ok) {
    return sealStatus(describeNothing(entity, annotations.problem, runs));
  }
  const { target } = annotations;
  const scope = selectClusters(target, registry);
  if (!scope.ok) {
    return sealStatus(describeNothing(entity, scope.problem, runs));
  }
  const { mirrors } = scope;
  const seen = carryObservations(runs);
  const lastRun = showLastRun(runs);
  const assessed = assessEntity(target, mirrors, seen);
  const services = assessed.map(service => addKeyFindings(service, keys));
  const problems = listProblems(target, mirrors, assessed);
  const currentConfiguration = (observation: Observation) =>
    assessed
      .find(
        ({ status }) =>
          status.cluster === observation.service?.cluster &&
          status.namespace === observation.service.namespace &&
          status.name === observation.service.name,
      )
      ?.configurations.get(observation.wayInId);
  const unread = describeUnread(mirrors);
  const state = worstState([
    ...services.map(service => service.state),
    ...(unread ? ['unknown' as const] : []),
  ]);
  return sealStatus({
    entityRef: stringifyEntityRef(entity),
    state,
    reason:
      services.find(service => service.state === state)?.reason ??
      (services.length > 0 ? unread : undefined) ??
      problems[0]?.message ??
      'Nothing is known yet.',
    services,
    policies: listPolicies(assessed),
    issuerHealth:
      keys?.view(
        assessed.flatMap(({ mirror, assessment }) =>
          assessment.issuers.map(use => ({ mirror, use })),
        ),
        markOutdated(seen, currentConfiguration).filter(
          ({ outdated }) => !outdated,
        ),
      ) ?? [],
    problems,
    lastRun: lastRun && {
      ...lastRun,
      observations: markOutdated(lastRun.observations, currentConfiguration),
    },
    freshness: mirrors.map(({ freshness }) => freshness),
  });
}

function addKeyFindings(
  { mirror, assessment, status }: AssessedService,
  keys: IssuerKeys | undefined,
): ServiceStatus {
  const found =
    keys && !mirror.reading ? findingsOfIssuers(assessment, keys) : [];
  return found.length > 0
    ? { ...status, findings: [...status.findings, ...found] }
    : status;
}

/** A cluster that was never read may hold a Service of the entity that is open. */
function describeUnread(mirrors: ClusterMirror[]): string | undefined {
  const names = mirrors
    .filter(({ freshness }) =>
      ['unavailable', 'syncing'].includes(freshness.state.kind),
    )
    .map(({ freshness }) => freshness.cluster);
  return names.length > 0
    ? `Not decidable: ${names.join(
        ', ',
      )} could not be read, and a Service of this entity there may be open.`
    : undefined;
}

function describeNothing(
  entity: Entity,
  problem: StatusProblem,
  runs: LastRuns,
): Omit<SharedStatus, 'revision'> {
  return {
    entityRef: stringifyEntityRef(entity),
    state: 'unknown',
    reason: problem.message,
    services: [],
    policies: [],
    issuerHealth: [],
    problems: [problem],
    lastRun: runs.last,
    freshness: [],
  };
}

function listPolicies(assessed: AssessedService[]): EntityStatus['policies'] {
  const seen = new Set<string>();
  return assessed.flatMap(({ mirror, status }) =>
    status.waysIn.flatMap(listPolicyRefs).flatMap(ref => {
      const key = JSON.stringify([
        mirror.config.name,
        ref.kind,
        ref.namespace,
        ref.name,
      ]);
      if (seen.has(key)) {
        return [];
      }
      seen.add(key);
      return viewPolicy(mirror.config.name, mirror.mesh, ref) ?? [];
    }),
  );
}

function listPolicyRefs({ hops }: WayInStatus): ResourceRef[] {
  return hops.flatMap(({ policies }) => policies.map(({ ref }) => ref));
}

/** Times of changes elsewhere in a cluster are not news to whoever looks at this entity. */
function sealStatus(status: Omit<SharedStatus, 'revision'>): SharedStatus {
  const seen = {
    ...status,
    freshness: status.freshness.map(({ lastChangeAt, ...rest }) => rest),
    issuerHealth: status.issuerHealth.map(view => ({
      ...view,
      health: steadyPart(view.health),
    })),
  };
  const revision = createHash('sha256')
    .update(JSON.stringify(seen))
    .digest('base64url')
    .slice(0, 22);
  return { ...status, revision };
}
