import {
  CoverageCounts,
  CoverageExceptionDetail,
  CoverageFinding,
  CoverageGroup,
  CoverageService,
  CoverageSummary,
  CoverageTrendPoint,
} from 'backstage-plugin-istio-jwt-common';
import { ProtectionState } from 'istio-jwt-policy-engine';
import { buildFreshness } from './fixtures';

type ByState = Record<ProtectionState, number>;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export function byState(counts: Partial<ByState> = {}): ByState {
  return {
    enforced: 0,
    'validated-only': 0,
    open: 0,
    'over-blocked': 0,
    partial: 0,
    drift: 0,
    unknown: 0,
    ...counts,
  };
}

/** The share and the total follow from the states. */
export function buildCounts(
  states: Partial<ByState>,
  excepted: Partial<ByState> = {},
): CoverageCounts {
  const all = byState(states);
  const total = Object.values(all).reduce((a, b) => a + b, 0);
  return {
    total,
    states: all,
    excepted: byState(excepted),
    shareEnforced: total === 0 ? null : all.enforced / total,
  };
}

export function buildSummary(
  overrides: Partial<CoverageSummary> = {},
): CoverageSummary {
  return {
    ...buildCounts({ enforced: 6, open: 3, partial: 1 }, { open: 2 }),
    claimed: 8,
    unclaimed: 2,
    stale: 0,
    scope: 'all',
    changes: [
      {
        kind: 'known',
        days: 7,
        day: '2026-01-03',
        counts: buildCounts({ enforced: 4, open: 6 }),
      },
      {
        kind: 'unknown',
        days: 30,
        day: '2025-12-11',
        reason: 'Nothing was recorded on that day',
      },
    ],
    indexedAt: new Date(Date.now() - 5000).toISOString(),
    clusters: [buildFreshness()],
    canRequestExceptions: true,
    canNotifyOwners: true,
    ...overrides,
  };
}

export function buildCoverageService(
  overrides: Partial<CoverageService> = {},
): CoverageService {
  const name = overrides.name ?? 'shop';
  return {
    id: `main.shop.${name}`,
    entityRef: `component:default/${name}`,
    title: name,
    owner: 'group:default/team-a',
    system: 'system:default/webshop',
    cluster: 'main',
    sandbox: false,
    namespace: 'shop',
    state: 'open',
    reason: 'No token is looked at.',
    issuers: ['https://login.example'],
    gateways: ['main/edge/public'],
    waysIn: { open: 2 },
    findings: { error: 1, warning: 2, info: 0 },
    findingIds: ['not-required'],
    lastProbeAt: new Date(Date.now() - 2 * HOUR).toISOString(),
    ...overrides,
    name,
  };
}

export function buildUnclaimed(): CoverageService {
  return buildCoverageService({
    name: 'legacy',
    entityRef: undefined,
    owner: undefined,
    system: undefined,
    issuers: [],
    lastProbeAt: undefined,
    claim: {
      annotations: {
        'backstage.io/kubernetes-label-selector': 'app=legacy,tier=web',
        'backstage.io/kubernetes-namespace': 'shop',
      },
    },
  });
}

export function buildTrendPoints(): CoverageTrendPoint[] {
  return [
    { kind: 'recorded', day: '2026-01-01', ...buildCounts({ open: 4 }) },
    {
      kind: 'recorded',
      day: '2026-01-02',
      ...buildCounts({ open: 3, enforced: 1 }),
    },
    { kind: 'gap', day: '2026-01-03' },
    { kind: 'gap', day: '2026-01-04' },
    {
      kind: 'recorded',
      day: '2026-01-05',
      ...buildCounts({ open: 1, enforced: 3 }),
    },
  ];
}

export function buildGroup(
  key: string,
  states: Partial<ByState>,
): CoverageGroup {
  return { key, ...buildCounts(states) };
}

export function buildCoverageFinding(
  overrides: Partial<CoverageFinding> = {},
): CoverageFinding {
  return {
    id: 'not-required',
    severity: 'error',
    title: 'No token is required',
    why: 'A `RequestAuthentication` alone lets requests without a token pass.',
    fix: 'Add an AuthorizationPolicy.',
    link: 'https://istio.io/latest/docs/tasks/security/',
    services: 2,
    occurrences: 3,
    affected: [
      {
        id: 'a',
        entityRef: 'component:default/shop',
        title: 'shop',
        cluster: 'main',
        namespace: 'shop',
        name: 'shop',
      },
      {
        id: 'b',
        title: 'legacy',
        cluster: 'main',
        namespace: 'shop',
        name: 'legacy',
      },
    ],
    ...overrides,
  };
}

export const EXCEPTION_ID = '5b0f2f0a-7c55-4a52-9d1c-2c1a6d5f3a11';

export function buildException(
  overrides: Partial<CoverageExceptionDetail> = {},
): CoverageExceptionDetail {
  const createdAt = new Date(Date.now() - DAY).toISOString();
  const expiresAt = new Date(Date.now() + 30 * DAY).toISOString();
  return {
    id: EXCEPTION_ID,
    scope: { cluster: 'main', namespace: 'shop', name: 'shop' },
    entityRef: 'component:default/shop',
    reason: 'The partner moves in March.',
    requestedBy: 'user:default/ann',
    state: 'requested',
    createdAt,
    expiresAt,
    revision: 3,
    canChange: true,
    canApprove: false,
    history: [
      {
        revision: 3,
        action: 'requested',
        by: 'user:default/ann',
        at: createdAt,
        reason: 'The partner moves in March.',
        expiresAt,
      },
    ],
    ...overrides,
  };
}
