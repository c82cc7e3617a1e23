import { compareText } from '../../compareText';
import { Finding, FindingSeverity } from '../../model';
import type { AuditFinding } from './report';

const SEVERITIES: readonly FindingSeverity[] = ['error', 'warning', 'info'];

/** Whether a severity is at or above the bar. */
export function isAtLeast(
  severity: FindingSeverity,
  bar: FindingSeverity,
): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(bar);
}

/** Services that share a policy share its findings: each is told once, at its worst. */
export class FoundFindings {
  private readonly found = new Map<string, AuditFinding>();
  /** The same object comes with every Service that a policy is about. */
  private readonly known = new Set<Finding>();

  /**
   * @param service - what a finding without a resource is about
   * @returns the finding as it is told, where it was not known yet
   */
  add(
    finding: Finding,
    service?: { namespace: string; name: string },
  ): AuditFinding | undefined {
    if (this.known.has(finding)) return undefined;
    const { id, severity, message, fix, path = '' } = finding;
    if (finding.resource) this.known.add(finding);
    const { kind, namespace, name } = finding.resource ?? {
      kind: 'Service',
      ...service,
    };
    const resource = { kind, namespace: namespace ?? '', name: name ?? '' };
    const at = { file: null, line: null };
    return this.put({ id, severity, resource, message, fix, path, ...at });
  }

  list(): AuditFinding[] {
    return [...this.found.values()];
  }

  private put(finding: AuditFinding): AuditFinding | undefined {
    const { id, severity, resource, path, message } = finding;
    const { kind, namespace, name } = resource;
    const key = `${id} ${kind} ${namespace}/${name} ${path} ${message}`;
    const before = this.found.get(key);
    if (before && isAtLeast(before.severity, severity)) return undefined;
    this.found.set(key, finding);
    return finding;
  }
}

/** Worst first, then in the order of files and lines. */
export function compareFindings(a: AuditFinding, b: AuditFinding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compareText(a.file ?? '', b.file ?? '') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    compareText(a.id, b.id) ||
    compareText(a.message, b.message)
  );
}
