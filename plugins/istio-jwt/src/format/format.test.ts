import { STATES_WORST_FIRST } from 'istio-jwt-policy-engine';
import { buildObservation, buildRun } from '../__testUtils__/fixtures';
import { buildPatchCommand } from './buildPatchCommand';
import { describeDisagreement, describeExpected } from './describeExpectation';
import { describeState } from './describeState';
import { describeWayIn } from './describeWayIn';
import { formatRelative } from './formatTime';
import { findWorst, sortWorstFirst } from './rankStates';
import { describeSummary, summarizeRun } from './summarizeRun';

describe('states', () => {
  it('are ranked as the engine ranks them', () => {
    const shuffled = [...STATES_WORST_FIRST].reverse();
    expect(
      sortWorstFirst(shuffled.map(state => ({ state }))).map(
        ({ state }) => state,
      ),
    ).toEqual(STATES_WORST_FIRST);
    expect(findWorst([])).toBe('unknown');
  });

  it('that are not known are never good', () => {
    const strange = 'brand-new' as any;
    expect(describeState(strange)).toMatchObject({
      label: 'brand-new',
      tone: 'neutral',
    });
    expect(findWorst(['enforced', strange])).toBe(strange);
  });

  it('without a required token are red', () => {
    for (const state of ['validated-only', 'open', 'drift'] as const) {
      expect(describeState(state).tone).toBe('danger');
    }
  });
});

describe('describeWayIn', () => {
  it('leaves out what is usual', () => {
    const base = { protocol: 'http', host: 'a.example', port: 80 } as const;
    expect(describeWayIn({ ...base, paths: [] })).toBe('http://a.example');
    expect(describeWayIn({ ...base, port: 8080, paths: ['/x'] })).toBe(
      'http://a.example:8080/x',
    );
    expect(describeWayIn({ ...base, paths: ['/a', '/b', '/c'] })).toBe(
      'http://a.example/a and 2 more paths',
    );
    expect(describeWayIn({ ...base, paths: ['/a', '/a/*', '/b'] })).toBe(
      'http://a.example/a/* and 1 more path',
    );
    expect(describeWayIn({ ...base, host: '*', paths: ['/x'] })).toBe(
      'Any host, http, port 80 /x',
    );
  });
});

describe('expectations', () => {
  it('are told in words', () => {
    expect(describeExpected({ status: [403], why: '' })).toBe('403');
    expect(describeExpected({ status: [401, 403], why: '' })).toBe(
      '401 or 403',
    );
    expect(describeExpected({ status: ['not-401-403'], why: '' })).toBe(
      'Let through (neither 401 nor 403)',
    );
    expect(describeExpected({ status: null, why: '' })).toBe('Any answer');
  });

  it('say where they were disappointed', () => {
    expect(
      describeDisagreement(
        buildObservation({
          observed: { kind: 'answer', status: 200, durationMs: 1 },
        }),
      ),
    ).toBe('“No token” to GET shop.example/api/: expected 403, observed 200.');
  });
});

describe('summarizeRun', () => {
  it('counts disagreements first, and what is outdated for nothing', () => {
    const run = buildRun({
      observations: [
        buildObservation(),
        buildObservation({ result: 'disagrees' }),
        buildObservation({ result: 'disagrees', outdated: true }),
        buildObservation({ result: 'inconclusive' }),
        buildObservation({ result: 'not-tested' }),
      ],
    });
    const summary = summarizeRun(run);
    expect(summary.disagreements).toHaveLength(1);
    expect(describeSummary(summary)).toBe(
      '1 of 3 disagrees, 1 inconclusive, 1 not tested, 1 outdated',
    );
  });

  it('says when there is nothing to count', () => {
    expect(describeSummary(summarizeRun(undefined))).toBe('Nothing was tested');
  });
});

describe('formatRelative', () => {
  const now = Date.parse('2026-01-01T12:00:00Z');

  it.each([
    ['2026-01-01T12:00:05Z', 'just now'],
    ['2026-01-01T11:59:30Z', '30 seconds ago'],
    ['2026-01-01T11:58:01Z', '1 minute ago'],
    ['2026-01-01T09:00:00Z', '3 hours ago'],
    ['2025-12-25T12:00:00Z', '7 days ago'],
    ['not a time', 'at an unknown time'],
  ])('%s is %s', (iso, words) => {
    expect(formatRelative(iso, now)).toBe(words);
  });
});

describe('buildPatchCommand', () => {
  const operations = [
    { op: 'replace' as const, path: '/spec/x', value: "it's" },
  ];

  it('names the kind with its group, and quotes the patch', () => {
    expect(
      buildPatchCommand({
        target: {
          apiVersion: 'security.istio.io/v1',
          kind: 'AuthorizationPolicy',
          namespace: 'shop',
          name: 'require-jwt',
        },
        operations,
      }),
    ).toBe(
      `kubectl patch authorizationpolicy.security.istio.io require-jwt -n shop --type=json -p '[{"op":"replace","path":"/spec/x","value":"it'\\''s"}]'`,
    );
  });

  it('keeps a hostile name one word', () => {
    expect(
      buildPatchCommand({
        target: { apiVersion: 'v1', kind: 'Service', name: '-n; rm $HOME' },
        operations,
      }),
    ).toContain(`kubectl patch service '-n; rm $HOME' --type=json`);
  });
});
