import { findingsOfPolicies } from '../../analyse/findingsOfPolicies';
import { assessService } from '../../assess/assessService';
import {
  Finding,
  FindingSeverity,
  ProtectionState,
  ServiceAssessment,
} from '../../model';
import { InputError } from '../input/InputError';
import { MeshInput } from '../input/MeshInput';
import { Locator } from './locate';

/** What `istio-jwt audit --output json` prints. Fields may be added; `version` changes when one goes. */
export interface AuditReport {
  version: 1;
  services: AuditedService[];
  findings: AuditFinding[];
  errors: AuditError[];
}

export interface AuditedService {
  namespace: string;
  name: string;
  state: ProtectionState;
  /** Why, in one sentence. */
  reason: string;
  waysIn: AuditedWayIn[];
}

export interface AuditedWayIn {
  id: string;
  kind: 'gateway' | 'in-mesh';
  host: string;
  port: number;
  /** The first proxy that the client meets; null where none stands on the way. */
  proxy: { namespace: string; name: string } | null;
  state: ProtectionState;
  reason: string;
}

export interface AuditFinding {
  /** From the catalogue: `docs/findings/<id>.md`. */
  id: string;
  severity: FindingSeverity;
  resource: { kind: string; namespace: string; name: string };
  message: string;
  fix: string;
  /** Path inside the resource; empty where it is about all of it. */
  path: string;
  /** Null where the resource came from a cluster, or is missing. */
  file: string | null;
  line: number | null;
}

/** What was not read, or would be refused; `line` 0 is the whole file. */
export type AuditError = Omit<InputError, 'place'>;

const SEVERITIES: readonly FindingSeverity[] = ['error', 'warning', 'info'];

/** Assesses every Service of a mesh and finds what its policies show by themselves. */
export function audit(input: MeshInput): AuditReport {
  const { mesh } = input;
  const services: AuditedService[] = [];
  const found = new Map<string, AuditFinding>();
  const locator = new Locator(input);
  mesh.queries.settle();
  for (const service of mesh.services()) {
    const assessment = assessService(mesh, service);
    services.push(summarise(assessment));
    for (const finding of assessment.findings) add(found, finding, service);
  }
  for (const finding of findingsOfPolicies(mesh)) add(found, finding);
  const findings = [...found.values()];
  for (const finding of findings) locateFinding(locator, finding);
  return {
    version: 1,
    services,
    findings: findings.sort(compareFindings),
    errors: input.errors.map(error => locateError(locator, error)),
  };
}

/** Whether a severity is at or above the bar. */
export function isAtLeast(
  severity: FindingSeverity,
  bar: FindingSeverity,
): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(bar);
}

function summarise(assessment: ServiceAssessment): AuditedService {
  const { service, state, reason, waysIn } = assessment;
  return {
    namespace: service.namespace,
    name: service.name,
    state,
    reason,
    waysIn: waysIn.map(way => ({
      id: way.id,
      kind: way.kind,
      host: way.host,
      port: way.port,
      proxy: proxyOf(way.hops[0]?.proxy),
      state: way.state,
      reason: way.reason,
    })),
  };
}

function proxyOf(proxy: { namespace: string; name: string } | undefined) {
  return proxy ? { namespace: proxy.namespace, name: proxy.name } : null;
}

/** Services that share a policy share its findings: each is told once. */
function add(
  found: Map<string, AuditFinding>,
  finding: Finding,
  service?: { namespace: string; name: string },
): void {
  const { id, severity, message, fix, path = '' } = finding;
  const { kind, namespace, name } = finding.resource ?? {
    kind: 'Service',
    ...service,
  };
  const resource = { kind, namespace: namespace ?? '', name: name ?? '' };
  const key = `${id} ${kind} ${resource.namespace}/${resource.name} ${path} ${message}`;
  const before = found.get(key);
  if (!before || !isAtLeast(before.severity, severity)) {
    const at = { file: null, line: null };
    found.set(key, { id, severity, resource, message, fix, path, ...at });
  }
}

function locateFinding(locator: Locator, finding: AuditFinding): void {
  const { kind, namespace, name } = finding.resource;
  const ref = namespace ? { kind, namespace, name } : { kind, name };
  Object.assign(finding, locator.locate(ref, finding.path));
}

function locateError(locator: Locator, error: InputError): AuditError {
  const { place, ...shown } = error;
  return place && error.path
    ? { ...shown, line: locator.lineOf(place, error.path) }
    : shown;
}

function compareFindings(a: AuditFinding, b: AuditFinding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compare(a.file ?? '', b.file ?? '') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    compare(a.id, b.id) ||
    compare(a.message, b.message)
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
