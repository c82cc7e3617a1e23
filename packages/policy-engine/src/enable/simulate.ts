import {
  EnablementRequest,
  Finding,
  ProtectionState,
  ResourceRef,
  ServiceAssessment,
  WayInAssessment,
  WayInEffect,
} from '../model';
import { Mesh } from '../attach/Mesh';
import { assessService } from '../assess/assessService';
import {
  answerTo,
  answerUnrouted,
  listSamples,
  SampleRequest,
} from './answers';
import { compareFindings } from './compareFindings';
import { MeshChange, refOfChange, withChanges } from './withChanges';

/** What some objects would do to every way in whose proxies they reach. */
export interface Simulation {
  targets: SimulatedWayIn[];
  neighbours: SimulatedWayIn[];
  findings: { opened: Finding[]; resolved: Finding[] };
}

export interface SimulatedWayIn extends WayInEffect {
  after: ProtectionState;
  /** As it would be. */
  assessment: WayInAssessment;
  samples: SampleRequest[];
}

/** @param targets - ids of ways in of the requested service */
export function simulate(
  mesh: Mesh,
  request: EnablementRequest,
  changes: readonly MeshChange[],
): Simulation {
  const before = new Map(
    mesh
      .services()
      .map(service => [keyOf(service), assessService(mesh, service)]),
  );
  const refs = changes.map(refOfChange);
  const own = listOwnIssuers(mesh, request);
  const { ways, findings } = withChanges(mesh, changes, () => {
    // As it would be: a route may be among the changes.
    const gateways = listGateways(
      assessService(mesh, request.service),
      request,
    );
    const touched = [...before.values()]
      .filter(known => !isGatewayItself(known, gateways))
      .flatMap(known => touchedBy(mesh, known, refs));
    return {
      ways: touched.flatMap(({ known, now }) =>
        now.waysIn
          .filter(({ id }) => isReachedEver({ known, now }, id, refs))
          .map(wayIn => askAfter(mesh, request, known, wayIn, own)),
      ),
      findings: compareFindings(
        touched.map(({ known }) => known),
        touched.map(({ now }) => now),
      ),
    };
  });
  for (const way of ways) askBefore(mesh, before, way);
  return {
    targets: ways.filter(({ isTarget }) => isTarget),
    neighbours: ways.filter(({ isTarget }) => !isTarget),
    findings,
  };
}

/** Workloads that stand as gateways before the targets. */
function listGateways(
  target: ServiceAssessment,
  { waysIn }: EnablementRequest,
): ReadonlySet<string> {
  return new Set(
    target.waysIn
      .filter(({ id, kind }) => kind === 'gateway' && waysIn.includes(id))
      .flatMap(({ hops }) => hops.slice(0, 1).map(({ proxy }) => keyOf(proxy))),
  );
}

/**
 * Whether a Service is the gateway's own, which is no neighbour: the hosts that it serves are, and its
 * status port is none of its listeners. Seen from the mesh its Pods can look like any workload's.
 */
function isGatewayItself(
  { waysIn }: ServiceAssessment,
  gateways: ReadonlySet<string>,
): boolean {
  // What no proxy decides, such as the status port, no plan changes.
  const decided = waysIn.filter(({ hops }) => hops.length > 0);
  return (
    decided.length > 0 &&
    decided.every(
      ({ kind, hops }) =>
        kind === 'in-mesh' && gateways.has(keyOf(hops[hops.length - 1].proxy)),
    )
  );
}

interface Touched {
  known: ServiceAssessment;
  now: ServiceAssessment;
}

function touchedBy(
  mesh: Mesh,
  known: ServiceAssessment,
  refs: readonly ResourceRef[],
): Touched[] {
  const now = assessService(mesh, known.service);
  const touched = { known, now };
  const isTouched =
    now !== known &&
    now.waysIn.some(({ id }) => isReachedEver(touched, id, refs));
  return isTouched ? [touched] : [];
}

/** Before or after: what is taken away reaches nothing any more. */
function isReachedEver(
  { known, now }: Touched,
  id: string,
  refs: readonly ResourceRef[],
): boolean {
  return [known, now].some(({ waysIn }) =>
    waysIn.some(wayIn => wayIn.id === id && isReached(wayIn, refs)),
  );
}

/** Issuers that only what is to be changed makes proxies trust. */
function listOwnIssuers(
  mesh: Mesh,
  { standing = [] }: EnablementRequest,
): ReadonlySet<string> {
  const rules = standing.flatMap(ref => {
    const spec = mesh.get(ref)?.spec as
      | { jwtRules?: { issuer?: string }[] }
      | undefined;
    return ref.kind === 'RequestAuthentication' ? spec?.jwtRules ?? [] : [];
  });
  return new Set(rules.flatMap(({ issuer }) => issuer ?? []));
}

function isReached(
  { hops }: WayInAssessment,
  refs: readonly ResourceRef[],
): boolean {
  return hops.some(({ policies }) =>
    policies.some(({ ref }) => isAmong(refs, ref)),
  );
}

function isAmong(refs: readonly ResourceRef[], ref: ResourceRef): boolean {
  return refs.some(
    wanted =>
      wanted.kind === ref.kind &&
      wanted.namespace === ref.namespace &&
      wanted.name === ref.name,
  );
}

function askAfter(
  mesh: Mesh,
  request: EnablementRequest,
  known: ServiceAssessment,
  assessment: WayInAssessment,
  own: ReadonlySet<string>,
): SimulatedWayIn {
  const { service } = known;
  const isTarget =
    keyOf(service) === keyOf(request.service) &&
    request.waysIn.includes(assessment.id);
  const before = known.waysIn.find(({ id }) => id === assessment.id);
  // What it trusted before is what its callers may send.
  const samples = listSamples(
    mesh,
    before ?? assessment,
    request,
    isTarget,
    ownOnly(before ?? assessment, own, request),
  );
  const { id, kind, host, port, protocol } = assessment;
  return {
    service,
    wayIn: { id, kind, host, port, protocol },
    isTarget,
    before: before?.state ?? (isTarget ? 'absent' : 'unknown'),
    after: assessment.state,
    assessment,
    samples,
    answers: samples.map(sample => ({
      kind: sample.kind,
      title: sample.title,
      request: sample.request,
      before: 'unknown',
      after: answerTo(mesh, assessment, sample.request),
    })),
  };
}

/** Of these, whoever else trusts an issuer keeps it trusted. */
function ownOnly(
  { issuers }: WayInAssessment,
  own: ReadonlySet<string>,
  { standing = [] }: EnablementRequest,
): ReadonlySet<string> {
  const isStanding = (ref: ResourceRef) => isAmong(standing, ref);
  const others = new Set(
    issuers
      .filter(use => !isStanding(use.requestAuthentication))
      .map(({ issuer }) => issuer),
  );
  return new Set([...own].filter(issuer => !others.has(issuer)));
}

function askBefore(
  mesh: Mesh,
  before: ReadonlyMap<string, ServiceAssessment>,
  way: SimulatedWayIn,
): void {
  const known = before
    .get(keyOf(way.service))
    ?.waysIn.find(({ id }) => id === way.wayIn.id);
  for (const answer of way.answers) {
    if (known) answer.before = answerTo(mesh, known, answer.request);
    else if (way.isTarget) {
      answer.before = answerUnrouted(mesh, way.assessment, answer.request);
    }
  }
}

function keyOf({
  namespace,
  name,
}: {
  namespace: string;
  name: string;
}): string {
  return `${namespace}/${name}`;
}
