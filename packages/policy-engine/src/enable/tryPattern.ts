import {
  ChangePassage,
  EnablementPattern,
  EnablementRequest,
  PlannedChange,
  PlannedStep,
  Resource,
  ResourceRef,
} from '../model';
import { Mesh } from '../attach/Mesh';
import { nameOf, refOf, validateResource } from '../parse';
import {
  buildAuthorizationPolicy,
  buildRequestAuthentication,
} from './buildPolicies';
import { findTrust } from './findTrust';
import { whyUnsafe } from './judge';
import { whyUnsafeMeanwhile } from './judgeStages';
import { whyNotApplicable } from './patterns';
import { planPassage } from './planPassage';
import { simulate, Simulation } from './simulate';
import { Site } from './sites';
import { MeshChange } from './withChanges';

/** What came of trying a pattern in thought. */
export type Tried =
  | { kind: 'plan'; changes: PlannedChange[]; simulation: Simulation }
  | {
      kind: 'unsafe' | 'not-applicable';
      reason: string;
      conflicts?: ResourceRef[];
    };

export function tryPattern(
  mesh: Mesh,
  request: EnablementRequest,
  pattern: EnablementPattern,
  sites: readonly Site[],
  /** What opens the ways in, where they are not there yet. */
  route: readonly Resource[],
): Tried {
  const changes = route.map(resource => toChange(resource, undefined));
  for (const site of sites) {
    const reason = whyNotApplicable(mesh, pattern, site);
    if (reason !== undefined) return { kind: 'not-applicable', reason };
    const named = nameForSite(request, site, sites.length);
    const trust = findTrust(mesh, named, site);
    if (trust.kind === 'conflict') {
      return {
        kind: 'unsafe',
        reason: trust.reason,
        conflicts: [trust.policy],
      };
    }
    const resources = [
      ...(trust.kind === 'none'
        ? [buildRequestAuthentication(site, named)]
        : []),
      buildAuthorizationPolicy(pattern, site, named),
    ];
    for (const resource of resources) {
      const before = mesh.get(refOf(resource));
      if (before && !isOurs(before, request)) {
        return {
          kind: 'unsafe',
          reason: `${nameOf(refOf(resource))} exists already and is not ours.`,
          conflicts: [refOf(resource)],
        };
      }
      changes.push(toChange(resource, before));
    }
  }
  changes.unshift(...listRemovals(mesh, request, changes));
  // A request with an issuer that is no URI, or a path that Istio refuses, shows here.
  const [invalid] = changes.flatMap(({ resource }) =>
    validateResource(resource),
  );
  if (invalid) {
    return {
      kind: 'unsafe',
      reason: `The cluster would refuse it: ${invalid.path ?? ''} ${
        invalid.message
      }`,
    };
  }
  const ordered = orderForWriting(changes).map(change =>
    request.standing ? { ...change, passage: passageOf(change) } : change,
  );
  const simulation = simulate(mesh, request, ordered.map(toMeshChange));
  const reason =
    whyUnsafe(pattern, simulation, request) ??
    (request.standing
      ? whyUnsafeMeanwhile(mesh, ordered, simulation)
      : undefined);
  return reason === undefined
    ? { kind: 'plan', changes: ordered, simulation }
    : { kind: 'unsafe', reason };
}

/** What stood for the same purpose and is not needed any more. */
function listRemovals(
  mesh: Mesh,
  { standing = [] }: EnablementRequest,
  changes: readonly PlannedChange[],
): PlannedChange[] {
  return standing.flatMap((ref): PlannedChange[] => {
    const before = mesh.get(ref);
    const isKept = changes.some(({ resource }) => {
      const { kind, namespace, name } = refOf(resource);
      return (
        kind === ref.kind && namespace === ref.namespace && name === ref.name
      );
    });
    return before && !isKept
      ? [{ ...toChange(before, before), action: 'delete' }]
      : [];
  });
}

function passageOf({ action, resource, before }: PlannedChange): ChangePassage {
  return planPassage(before, action === 'delete' ? undefined : resource);
}

function toMeshChange({ action, resource }: PlannedChange): MeshChange {
  return action === 'delete' ? { removed: refOf(resource) } : resource;
}

const WRITING_ORDER: readonly PlannedStep[] = [
  'gateway',
  // A policy that asks for a principal refuses everybody until one of these validates.
  'request-authentication',
  'authorization-policy',
  // Nothing is opened before it is closed to whoever has no token.
  'route',
];

function orderForWriting(changes: readonly PlannedChange[]): PlannedChange[] {
  return WRITING_ORDER.flatMap(step =>
    changes.filter(change => change.step === step),
  );
}

function nameForSite(
  request: EnablementRequest,
  { proxy }: Site,
  sites: number,
): EnablementRequest {
  return sites === 1
    ? request
    : {
        ...request,
        naming: {
          ...request.naming,
          name: `${request.naming.name}-${proxy.name}`.slice(0, 253),
        },
      };
}

function isOurs(
  { metadata }: Resource,
  { naming }: EnablementRequest,
): boolean {
  return Object.entries(naming.labels).every(
    ([key, value]) => metadata.labels?.[key] === value,
  );
}

const STEP_OF: Record<string, PlannedStep> = {
  Gateway: 'gateway',
  RequestAuthentication: 'request-authentication',
  AuthorizationPolicy: 'authorization-policy',
};

function toChange(
  resource: Resource,
  before: Resource | undefined,
): PlannedChange {
  return {
    step: STEP_OF[resource.kind] ?? 'route',
    action: before ? 'update' : 'create',
    resource,
    ...(before ? { before } : {}),
  };
}
