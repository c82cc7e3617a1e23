import { CoverageService } from 'backstage-plugin-istio-jwt-common';
import { STATES_WORST_FIRST, worstState } from 'istio-jwt-policy-engine';
import { schema, sumUp } from './sumUp';

const NOW = Date.parse('2026-03-02T08:00:00Z');

const serviceOf = (changes: Partial<CoverageService>): CoverageService => ({
  id: 'a',
  title: 'a',
  cluster: 'c',
  sandbox: false,
  namespace: 'n',
  name: 'a',
  state: 'enforced',
  reason: '',
  issuers: [],
  gateways: [],
  waysIn: { enforced: 1 },
  findings: { error: 0, warning: 0, info: 0 },
  findingIds: [],
  lastProbeAt: '2026-03-02T07:00:00Z',
  ...changes,
});

const exception = (changes: object = {}) => ({
  id: 'x',
  state: 'active' as const,
  covers: 'service' as const,
  expiresAt: '2026-04-01T00:00:00Z',
  ...changes,
});

describe('sumUp', () => {
  it('gives exactly the facts of the schema', () => {
    expect(Object.keys(sumUp([serviceOf({})], NOW)).sort()).toEqual(
      Object.keys(schema).sort(),
    );
  });

  it('ranks states as the engine does', () => {
    for (const one of STATES_WORST_FIRST) {
      for (const other of STATES_WORST_FIRST) {
        const services = [
          serviceOf({ state: one }),
          serviceOf({ state: other }),
        ];
        expect(sumUp(services, NOW).state).toBe(worstState([one, other]));
      }
    }
  });

  it('takes the worst of several services', () => {
    expect(
      sumUp(
        [
          serviceOf({ findings: { error: 0, warning: 1, info: 2 } }),
          serviceOf({
            state: 'partial',
            waysIn: { enforced: 1, partial: 2, open: 1, unknown: 4 },
            findings: { error: 3, warning: 1, info: 0 },
            lastProbeAt: '2026-03-01T20:00:00Z',
          }),
        ],
        NOW,
      ),
    ).toEqual({
      state: 'partial',
      enforced: false,
      exposedWaysIn: 3,
      findingErrors: 3,
      findingWarnings: 2,
      findingInfos: 2,
      lastProbeAgeHours: 12,
      excepted: false,
      stale: false,
    });
  });

  it('never calls enforced what it cannot know to be', () => {
    const stale = { since: '2026-03-01T00:00:00Z', reason: 'down' };
    expect(sumUp([serviceOf({})], NOW).enforced).toBe(true);
    expect(sumUp([serviceOf({ stale })], NOW)).toMatchObject({
      state: 'enforced',
      enforced: false,
      stale: true,
    });
    expect(sumUp([serviceOf({ state: 'unknown' })], NOW).enforced).toBe(false);
    expect(sumUp([], NOW)).toMatchObject({ state: 'unknown', enforced: false });
  });

  it('has no check for a recent probe pass where none ever was', () => {
    expect(
      sumUp([serviceOf({}), serviceOf({ lastProbeAt: undefined })], NOW)
        .lastProbeAgeHours,
    ).toBe(1_000_000);
  });

  it('takes an exception for one only where it covers all that is open', () => {
    const open = serviceOf({ state: 'open', exception: exception() });
    expect(sumUp([open, serviceOf({})], NOW).excepted).toBe(true);
    for (const other of [
      serviceOf({ state: 'open' }),
      serviceOf({ state: 'open', exception: exception({ covers: 'part' }) }),
      serviceOf({
        state: 'open',
        exception: exception({ state: 'requested' }),
      }),
    ]) {
      expect(sumUp([open, other], NOW).excepted).toBe(false);
    }
    expect(sumUp([serviceOf({ exception: exception() })], NOW).excepted).toBe(
      false,
    );
  });
});
