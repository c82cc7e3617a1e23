import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { Finding, FindingSeverity } from 'istio-jwt-policy-engine';

const WEIGHT: Record<FindingSeverity, number> = {
  error: 0,
  warning: 1,
  info: 2,
};

export interface CollectedFinding {
  key: string;
  finding: Finding;
  service: string;
}

/** Findings of all services, the gravest first. */
export function collectFindings(status: EntityStatus): CollectedFinding[] {
  return status.services
    .flatMap(service =>
      service.findings.map((finding, index) => ({
        key: `${service.cluster}/${service.namespace}/${service.name}/${index}`,
        finding,
        service: `${service.namespace}/${service.name}`,
      })),
    )
    .sort((a, b) => WEIGHT[a.finding.severity] - WEIGHT[b.finding.severity]);
}
