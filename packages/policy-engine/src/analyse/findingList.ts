import { Finding, FindingSeverity } from '../model';

const SEVERITIES: readonly FindingSeverity[] = ['error', 'warning', 'info'];

/** Findings, each once. */
export class FindingList {
  private readonly findings = new Map<string, Finding>();
  private readonly known = new Set<Finding>();

  add(finding: Finding): void {
    const key = keyOf(finding);
    if (!this.findings.has(key)) this.findings.set(key, finding);
  }

  /** Adds findings that are kept elsewhere: the same object is the same finding. */
  addKnown(findings: readonly Finding[]): void {
    for (const finding of findings) this.known.add(finding);
  }

  /** Worst first. */
  sorted(): Finding[] {
    const all = [...this.findings.values(), ...this.known];
    return SEVERITIES.flatMap(severity =>
      all.filter(finding => finding.severity === severity),
    );
  }
}

function keyOf({ id, resource, path, message }: Finding): string {
  const name = resource
    ? `${resource.kind}/${resource.namespace}/${resource.name}`
    : '';
  return `${id} ${name} ${path} ${message}`;
}
