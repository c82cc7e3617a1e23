import { Finding, FindingSeverity } from '../model';
import { DETECTORS } from './catalogue';
import { DetectorContext } from './detector';

const ORDER: readonly FindingSeverity[] = ['error', 'warning', 'info'];

/** Every finding of a Service, worst first, each once. */
export function findProblems(context: DetectorContext): Finding[] {
  const findings = new Map<string, Finding>();
  for (const { id, severity, title, fix, detect } of DETECTORS) {
    for (const occurrence of detect(context)) {
      const finding: Finding = { id, severity, title, fix, ...occurrence };
      const key = JSON.stringify([
        id,
        finding.resource,
        finding.path,
        finding.message,
      ]);
      if (!findings.has(key)) findings.set(key, finding);
    }
  }
  return [...findings.values()].sort(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity),
  );
}
