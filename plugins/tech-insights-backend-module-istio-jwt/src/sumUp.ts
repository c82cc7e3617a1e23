import { FactRetriever } from '@backstage-community/plugin-tech-insights-node';
import { CoverageService } from 'backstage-plugin-istio-jwt-common';

/** Worst first, as the engine ranks them. */
const STATES: CoverageService['state'][] = [
  'drift',
  'open',
  'validated-only',
  'partial',
  'unknown',
  'over-blocked',
  'enforced',
];
const EXPOSED: CoverageService['state'][] = [
  'drift',
  'open',
  'validated-only',
  'partial',
];
const HOUR_MS = 3_600_000;
/** Hours since a probe that never was: no check for a recent one passes. */
const NEVER_HOURS = 1_000_000;

export const schema: FactRetriever['schema'] = {
  state: {
    type: 'string',
    description:
      'The worst state of the services: enforced, over-blocked, unknown, partial, validated-only, open or drift',
  },
  enforced: {
    type: 'boolean',
    description:
      'Whether every service requires a valid token by every way in, as seen now: not where a cluster cannot be read',
  },
  exposedWaysIn: {
    type: 'integer',
    description: 'Ways in by which some request passes without a valid token',
  },
  findingErrors: { type: 'integer', description: 'Findings of severity error' },
  findingWarnings: {
    type: 'integer',
    description: 'Findings of severity warning',
  },
  findingInfos: { type: 'integer', description: 'Findings of severity info' },
  lastProbeAgeHours: {
    type: 'float',
    description: `Hours since the service that was probed longest ago was; ${NEVER_HOURS} where one never was`,
  },
  excepted: {
    type: 'boolean',
    description:
      'Whether some service is not enforced, and each such has an approved exception as a whole',
  },
  stale: {
    type: 'boolean',
    description:
      'Whether a cluster could not be read, so that the facts are of what was seen last',
  },
};

/** Facts about an entity, from all of its services. */
export function sumUp(
  services: CoverageService[],
  now: number,
): Record<string, string | boolean | number> {
  const states = services.map(({ state }) => state);
  const open = services.filter(({ state }) => state !== 'enforced');
  const stale = services.some(service => service.stale !== undefined);
  const sum = (count: (service: CoverageService) => number) =>
    services.reduce((total, service) => total + count(service), 0);
  return {
    state: STATES.find(state => states.includes(state)) ?? 'unknown',
    enforced: services.length > 0 && open.length === 0 && !stale,
    exposedWaysIn: sum(({ waysIn }) =>
      EXPOSED.reduce((total, state) => total + (waysIn[state] ?? 0), 0),
    ),
    findingErrors: sum(({ findings }) => findings.error),
    findingWarnings: sum(({ findings }) => findings.warning),
    findingInfos: sum(({ findings }) => findings.info),
    lastProbeAgeHours: Math.max(
      0,
      ...services.map(({ lastProbeAt }) =>
        lastProbeAt === undefined
          ? NEVER_HOURS
          : (now - Date.parse(lastProbeAt)) / HOUR_MS,
      ),
    ),
    excepted:
      open.length > 0 &&
      open.every(
        ({ exception }) =>
          exception?.state === 'active' && exception.covers === 'service',
      ),
    stale,
  };
}
