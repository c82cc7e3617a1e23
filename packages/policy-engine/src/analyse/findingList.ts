import { Finding, FindingSeverity } from '../model';

const ORDER: Record<FindingSeverity, number> = {
  error: 0,
  warning: 1,
  info: 2,
};

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
    return [...this.findings.values(), ...this.known].sort(
      (a, b) => ORDER[a.severity] - ORDER[b.severity],
    );
  }
}

function keyOf({ id, resource, path, message }: Finding): string {
  const name = resource
    ? `${resource.kind}/${resource.namespace}/${resource.name}`
    : '';
  return `${id} ${name} ${path} ${message}`;
}
