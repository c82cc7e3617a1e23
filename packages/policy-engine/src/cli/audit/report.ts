import { findingsOfPolicies } from '../../analyse/findingsOfPolicies';
import { assessService } from '../../assess/assessService';
import {
  FindingSeverity,
  ProtectionState,
  ServiceAssessment,
} from '../../model';
import { InputError } from '../input/InputError';
import { MeshInput } from '../input/MeshInput';
import { compareFindings, FoundFindings } from './FoundFindings';
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

/** Assesses every Service of a mesh and finds what its policies show by themselves. */
export function audit(input: MeshInput): AuditReport {
  const { mesh } = input;
  const services: AuditedService[] = [];
  const found = new FoundFindings();
  const locator = new Locator(input);
  mesh.queries.settle();
  for (const service of mesh.services()) {
    const assessment = assessService(mesh, service);
    services.push(summarise(assessment));
    for (const finding of assessment.findings) found.add(finding, service);
  }
  for (const finding of findingsOfPolicies(mesh)) found.add(finding);
  const findings = found.list();
  for (const finding of findings) locateFinding(locator, finding);
  return {
    version: 1,
    services,
    findings: findings.sort(compareFindings),
    errors: input.errors.map(error => locateError(locator, error)),
  };
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
