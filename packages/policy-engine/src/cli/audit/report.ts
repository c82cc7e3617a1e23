import { findingsOfPolicies } from '../../analyse/findingsOfPolicies';
import { assessSafely } from '../../assess/assessSafely';
import {
  Finding,
  FindingSeverity,
  ProtectionState,
  ResourceRef,
  ServiceAssessment,
} from '../../model';
import { nameOf } from '../../parse/validateResource';
import { InputError } from '../input/InputError';
import { MeshInput } from '../input/MeshInput';
import { compareFindings, FoundFindings } from './FoundFindings';
import { Locator } from './locate';

/** Fields may be added to the report; this changes when one goes. */
export const AUDIT_VERSION = 1;

/** What `istio-jwt audit --output json` prints. */
export interface AuditReport {
  version: typeof AUDIT_VERSION;
  services: readonly AuditedService[];
  findings: readonly AuditFinding[];
  errors: readonly AuditError[];
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

/**
 * Assesses every Service of a mesh, one after the other, and finds what its policies show by themselves.
 * Services are handed on as they come, so that a large mesh need not be held twice.
 */
export class Audit {
  private readonly found = new FoundFindings();
  private readonly locator: Locator<AuditFinding>;
  private sorted: AuditFinding[] | undefined;

  constructor(private readonly input: MeshInput) {
    this.locator = new Locator(input);
  }

  /** To be read to its end, once, before the findings are asked for. */
  *services(): Generator<AuditedService> {
    const { mesh } = this.input;
    mesh.queries.settle();
    for (const service of mesh.services()) {
      const assessment = assessSafely(mesh, service, error => {
        const ref = { kind: 'Service', ...service };
        this.reportDefect(nameOf(ref), error, ref);
      });
      for (const finding of assessment.findings) this.add(finding, service);
      yield summarise(assessment);
    }
    for (const finding of this.findingsOfPolicies()) this.add(finding);
  }

  /** Worst first. */
  findings(): readonly AuditFinding[] {
    if (!this.sorted) {
      this.locator.settle();
      this.sorted = this.found.list().sort(compareFindings);
    }
    return this.sorted;
  }

  errors(): AuditError[] {
    return this.input.errors.map(error => {
      const { place: _, ...shown } = error;
      return { ...shown, line: this.locator.lineOf(error) };
    });
  }

  /** What the policies show by themselves; none where that cannot be found out. */
  private findingsOfPolicies(): Finding[] {
    try {
      return findingsOfPolicies(this.input.mesh);
    } catch (error) {
      this.reportDefect('policies by themselves', error);
      return [];
    }
  }

  private reportDefect(what: string, error: unknown, resource?: ResourceRef) {
    const place = resource && this.input.placeOf(resource);
    this.input.report({
      kind: 'defect',
      file: place?.file ?? '',
      line: place?.line ?? 0,
      message: `${what} could not be assessed, a defect of istio-jwt: please report it with these objects (${error})`,
      ...(resource ? { resource } : {}),
      ...(place ? { place } : {}),
    });
  }

  private add(
    finding: Finding,
    service?: { namespace: string; name: string },
  ): void {
    const added = this.found.add(finding, service);
    if (!added) return;
    const { kind, namespace, name } = added.resource;
    const ref = namespace ? { kind, namespace, name } : { kind, name };
    this.locator.locate(added, ref, added.path);
  }
}

/** All of an audit at once. */
export function completeAudit(audit: Audit): AuditReport {
  const services = [...audit.services()];
  return {
    version: AUDIT_VERSION,
    services,
    findings: audit.findings(),
    errors: audit.errors(),
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
