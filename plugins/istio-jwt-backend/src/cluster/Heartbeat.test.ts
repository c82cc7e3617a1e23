import { Heartbeat } from './Heartbeat';

const MOST = 300_000;

/** What may be silent after so many seconds between two signs of life. */
function silenceAfter(...signs: ['hear' | 'beat', number][]): number {
  let now = 1_000_000;
  const heartbeat = new Heartbeat(() => now);
  heartbeat.hear();
  for (const [sign, seconds] of signs) {
    now += seconds * 1000;
    heartbeat[sign]();
  }
  return heartbeat.boundSilence(MOST) / 1000;
}

describe('Heartbeat', () => {
  it.each<[string, ['hear' | 'beat', number][], number]>([
    ['that never beat', [], 300],
    ['that only told changes', [['hear', 5]], 300],
    [
      'that beats every minute',
      [
        ['beat', 60],
        ['beat', 61],
      ],
      122,
    ],
    ['that beats often', [['beat', 10]], 90],
    [
      'that beat once late',
      [
        ['beat', 60],
        ['beat', 100],
        ['beat', 60],
      ],
      200,
    ],
    ['that beats at the end of a watch alone', [['beat', 250]], 300],
    [
      'whose changes come between',
      [
        ['hear', 40],
        ['beat', 20],
      ],
      90,
    ],
  ])('gives a server %s its time', (_, signs, seconds) => {
    expect(silenceAfter(...signs)).toBe(seconds);
  });
});
