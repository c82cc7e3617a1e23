import {
  HopStatus,
  Observation,
  ServiceStatus,
  StatusProblem,
  WayInStatus,
} from 'backstage-plugin-istio-jwt-common';
import {
  assessService,
  Mesh,
  ProtectionState,
  ServiceAssessment,
  traitsOf,
  WayInAssessment,
  worstState,
} from 'istio-jwt-policy-engine';
import { ClusterMirror } from '../cluster';
import { EntityTarget, matchServices, ServiceName } from '../entity';
import { applyObservations } from './applyObservations';
import { digestConfiguration } from './digestConfiguration';
import { distrustVerdict, reaches } from './distrustVerdict';
import { selectRelevantPolicies } from './relevantPolicies';

/** More would not fit a page, and no entity means that many. */
const MAX_SERVICES = 20;

/** One Service with what the last observations say about it. */
export interface AssessedService {
  mirror: ClusterMirror;
  assessment: ServiceAssessment;
  status: ServiceStatus;
  /** By way in id. */
  configurations: Map<string, string>;
  problems: StatusProblem[];
}

/** Assesses every Service that a target means, in every cluster in scope. */
export function assessEntity(
  target: EntityTarget,
  mirrors: ClusterMirror[],
  observations: Observation[],
): AssessedService[] {
  return mirrors
    .flatMap(mirror =>
      matchServices(mirror.mesh, target.selector, target.namespace).map(
        service => ({ mirror, service }),
      ),
    )
    .slice(0, MAX_SERVICES)
    .map(({ mirror, service }) =>
      assessOne(mirror, service, target, observations),
    );
}

function assessOne(
  mirror: ClusterMirror,
  service: ServiceName,
  target: EntityTarget,
  observations: Observation[],
): AssessedService {
  const cluster = mirror.config.name;
  const { mesh } = mirror;
  const assessment = assessSafely(mesh, service);
  const malformed = mirror.parseErrors;
  const { rootNamespace } = mesh;
  const blindness = {
    unreadKinds: mirror.unreadKinds,
    reading: mirror.reading,
    malformed,
    rootNamespace,
  };
  const configurations = new Map<string, string>();
  const shown = assessment.waysIn.filter(wayIn => isShown(wayIn, target.hosts));
  const waysIn = shown.map(wayIn => {
    const configuration = digestConfiguration(mesh, wayIn);
    configurations.set(wayIn.id, configuration);
    return applyObservations(
      describeHops(mesh, distrustVerdict(wayIn, blindness)),
      observations.filter(
        observation =>
          observation.wayInId === wayIn.id &&
          observation.service?.cluster === cluster &&
          observation.service.namespace === service.namespace &&
          observation.service.name === service.name,
      ),
      configuration,
    );
  });
  const hidden = assessment.waysIn.length - shown.length;
  const state = waysIn.length
    ? worstState([
        ...waysIn.map(wayIn => wayIn.state),
        // What the engine doubts about the whole service outweighs any one way in.
        ...(assessment.state === 'unknown' ? [assessment.state] : []),
      ])
    : chooseEmptyState(assessment, hidden, mirror);
  const reason = chooseReason(state, waysIn, assessment, hidden > 0);
  return {
    mirror,
    assessment,
    configurations,
    status: {
      cluster,
      ...service,
      state,
      reason: hidden
        ? `${reason} (${hidden} more by other hosts, not shown: annotation istio-jwt/hosts.)`
        : reason,
      waysIn,
      issuers: assessment.issuers,
      // Half of a mesh looks as if the other half were missing.
      findings: mirror.reading ? [] : assessment.findings,
    },
    problems: malformed
      .filter(error =>
        assessment.waysIn.some(wayIn => reaches(error, wayIn, rootNamespace)),
      )
      .map(error => ({
        code: 'malformed-policy' as const,
        message: `${error.resource?.kind} ${error.resource?.namespace}/${
          error.resource?.name
        } in cluster '${cluster}' cannot be read${
          error.path ? ` at ${error.path}` : ''
        }: ${error.message}`,
        fix: 'Correct the resource. Until then nothing that it may apply to is called protected.',
      })),
  };
}

/** A defect in one verdict must not hide the other services of an entity. */
function assessSafely(mesh: Mesh, service: ServiceName): ServiceAssessment {
  try {
    return assessService(mesh, service);
  } catch {
    return {
      service,
      state: 'unknown',
      reason:
        'Its configuration could not be assessed. This is a defect of the plugin: please report it with the resources of this service.',
      waysIn: [],
      issuers: [],
      policies: [],
      findings: [],
    };
  }
}

function describeHops(mesh: Mesh, wayIn: WayInAssessment): WayInAssessment {
  return {
    ...wayIn,
    hops: wayIn.hops.map((hop): HopStatus => {
      const policies = selectRelevantPolicies(mesh, wayIn, hop);
      const hidden = hop.policies.length - policies.length;
      const { opaque, defaultDeny } = traitsOf(mesh, hop.proxy);
      return {
        ...hop,
        ...(hidden > 0 ? { policies, policiesOfOtherHosts: hidden } : {}),
        ...(opaque.length > 0 ? { opaque: [...opaque] } : {}),
        ...(defaultDeny ? { defaultDeny } : {}),
      };
    }),
  };
}

function chooseReason(
  state: ProtectionState,
  waysIn: WayInStatus[],
  assessment: ServiceAssessment,
  someHidden: boolean,
): string {
  const decisive = waysIn.find(wayIn => wayIn.state === state);
  const isOwnVerdict =
    !someHidden && (!decisive || decisive.state === decisive.verdict);
  return isOwnVerdict && assessment.state === state
    ? assessment.reason
    : decisive?.reason ?? 'No way in is left to judge.';
}

function chooseEmptyState(
  assessment: ServiceAssessment,
  hidden: number,
  mirror: ClusterMirror,
) {
  return hidden > 0 || mirror.unreadKinds.length > 0
    ? 'unknown'
    : assessment.state;
}

/** In-mesh ways in are always shown: hiding them would hide a bypass. */
function isShown(
  wayIn: { kind: string; host: string },
  hosts: string[],
): boolean {
  return (
    hosts.length === 0 ||
    wayIn.kind === 'in-mesh' ||
    hosts.some(host => hostMatches(wayIn.host.toLowerCase(), host))
  );
}

/** Whether requests for `host` can meet a route for `pattern`. */
export function hostMatches(pattern: string, host: string): boolean {
  return (
    pattern === '*' ||
    pattern === host ||
    (pattern.startsWith('*.') && host.endsWith(pattern.slice(1))) ||
    (host.startsWith('*.') && pattern.endsWith(host.slice(1)))
  );
}
