import {
  HopStatus,
  Observation,
  ServiceStatus,
  StatusProblem,
  WayInStatus,
} from 'backstage-plugin-istio-jwt-common';
import {
  assessSafely,
  Finding,
  Mesh,
  ProtectionState,
  ServiceAssessment,
  traitsOf,
  WayInAssessment,
  worstState,
} from 'istio-jwt-policy-engine';
import { ClusterMirror } from '../cluster';
import { EntityTarget, matchOwnServices, ServiceName } from '../entity';
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

/** Assesses every Service that is an entity's own, in every cluster in scope. */
export function assessEntity(
  target: EntityTarget,
  mirrors: ClusterMirror[],
  observations: Observation[],
): AssessedService[] {
  return mirrors
    .flatMap(mirror =>
      matchOwnServices(mirror, target).map(service => ({ mirror, service })),
    )
    .slice(0, MAX_SERVICES)
    .map(({ mirror, service }) =>
      assessOne(mirror, service, target, observations),
    );
}

/** What is said of one Service, before policies of other hosts are hidden. */
export interface JudgedService {
  assessment: ServiceAssessment;
  waysIn: WayInStatus[];
  state: ProtectionState;
  reason: string;
  findings: Finding[];
}

/**
 * Judges one Service as an entity sees it: its hosts, and what was observed.
 *
 * @param assessment - of the engine
 * @param digest - of a way in's present configuration; asked for where something was observed
 */
export function judgeService(
  mirror: ClusterMirror,
  assessment: ServiceAssessment,
  hosts: string[],
  observations: Observation[],
  digest: (wayIn: WayInAssessment) => string = wayIn =>
    digestConfiguration(mirror.mesh, wayIn),
): JudgedService {
  const cluster = mirror.config.name;
  const { service } = assessment;
  const blindness = {
    unreadKinds: mirror.unreadKinds,
    reading: mirror.reading,
    malformed: mirror.parseErrors,
    rootNamespace: mirror.mesh.rootNamespace,
  };
  const shown = assessment.waysIn.filter(wayIn => isShown(wayIn, hosts));
  const waysIn = shown.map(wayIn => {
    const own = observations.filter(
      observation =>
        observation.wayInId === wayIn.id &&
        observation.service?.cluster === cluster &&
        observation.service.namespace === service.namespace &&
        observation.service.name === service.name,
    );
    return applyObservations(
      distrustVerdict(wayIn, blindness),
      own,
      own.length > 0 ? digest(wayIn) : '',
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
    assessment,
    waysIn,
    state,
    reason: hidden
      ? `${reason} (${hidden} more by other hosts, not shown: annotation istio-jwt/hosts.)`
      : reason,
    // Half of a mesh looks as if the other half were missing.
    findings: mirror.reading ? [] : assessment.findings,
  };
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
  const configurations = new Map(
    assessment.waysIn
      .filter(wayIn => isShown(wayIn, target.hosts))
      .map(wayIn => [wayIn.id, digestConfiguration(mesh, wayIn)]),
  );
  const { waysIn, state, reason, findings } = judgeService(
    mirror,
    assessment,
    target.hosts,
    observations,
    wayIn => configurations.get(wayIn.id)!,
  );
  return {
    mirror,
    assessment,
    configurations,
    status: {
      cluster,
      ...service,
      state,
      reason,
      waysIn: waysIn.map(wayIn => describeHops(mesh, wayIn)),
      issuers: assessment.issuers,
      findings,
    },
    problems: malformed
      .filter(error =>
        assessment.waysIn.some(wayIn =>
          reaches(error, wayIn, mesh.rootNamespace),
        ),
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

function describeHops(mesh: Mesh, wayIn: WayInStatus): WayInStatus {
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
