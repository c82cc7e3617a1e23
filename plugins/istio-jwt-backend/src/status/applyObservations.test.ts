import { Observation } from 'backstage-plugin-istio-jwt-common';
import { WayInAssessment } from 'istio-jwt-policy-engine';
import { applyObservations, markOutdated } from './applyObservations';

const wayIn = {
  id: 'w',
  state: 'enforced',
  reason: 'r',
} as WayInAssessment;
const observation = (
  result: Observation['result'],
  configuration = 'now',
): Observation => ({
  vector: 'no-token',
  title: 'No token',
  wayInId: 'w',
  expected: { status: [403], why: '' },
  observed: { kind: 'answer', status: 200, durationMs: 1 },
  result,
  configuration,
  at: '2026-01-01T00:00:00Z',
});

describe('applyObservations', () => {
  it('calls it drift when the gateway answers otherwise than configured', () => {
    expect(
      applyObservations(wayIn, [observation('disagrees')], 'now'),
    ).toMatchObject({
      state: 'drift',
      verdict: 'enforced',
      reason: expect.stringMatching(/says 403 .*No token.*answered 200/),
    });
  });

  it.each([
    [
      'it was seen under another configuration',
      observation('disagrees', 'old'),
    ],
    ['it agrees', observation('agrees')],
    ['it proves nothing', observation('inconclusive')],
  ])('keeps the verdict when %s', (_, seen) => {
    expect(applyObservations(wayIn, [seen], 'now')).toMatchObject({
      state: 'enforced',
      verdict: 'enforced',
      reason: 'r',
    });
  });
});

describe('markOutdated', () => {
  it('marks what was seen under another configuration', () => {
    expect(
      markOutdated(
        [observation('agrees'), observation('agrees', 'old')],
        () => 'now',
      ).map(({ outdated }) => outdated),
    ).toEqual([undefined, true]);
  });
});
