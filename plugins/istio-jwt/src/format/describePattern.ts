import { ConsideredPattern, EnablementPattern } from 'istio-jwt-policy-engine';

const NAMES: Record<EnablementPattern, string> = {
  'own-gateway': 'A policy on the Gateway of this service',
  'gateway-wide': 'An ALLOW on the whole gateway',
  'host-deny': 'A DENY for these hosts on a shared gateway',
  'host-allow': 'An ALLOW for these hosts on a gateway of ALLOWs',
  workload: 'Policies on the workload itself',
  waypoint: 'Policies at the waypoint of this service',
};

const VERDICTS: Record<ConsideredPattern['verdict'], string> = {
  chosen: 'Chosen',
  unsafe: 'Unsafe',
  'not-applicable': 'Does not apply',
  'not-needed': 'Not needed',
};

export function describePattern(pattern: EnablementPattern): string {
  return NAMES[pattern] ?? pattern;
}

export function describeVerdict(verdict: ConsideredPattern['verdict']): string {
  return VERDICTS[verdict] ?? verdict;
}
