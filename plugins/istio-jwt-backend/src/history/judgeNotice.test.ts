import { judgeNotice } from './judgeNotice';

describe('judgeNotice', () => {
  it.each([
    ['enforced', 'open', 'opened'],
    ['enforced', 'drift', 'opened'],
    ['enforced', 'over-blocked', 'opened'],
    ['partial', 'open', 'opened'],
    ['unknown', 'validated-only', 'opened'],
    [null, 'open', 'opened'],
    ['drift', 'enforced', 'closed'],
    ['partial', 'enforced', 'closed'],
    ['open', 'partial', 'silent'],
    ['open', 'open', 'silent'],
    ['unknown', 'enforced', 'silent'],
    [null, 'enforced', 'silent'],
    ['enforced', 'unknown', 'silent'],
  ] as const)('%s to %s is %s', (from, to, notice) => {
    expect(judgeNotice(from, to)).toBe(notice);
  });
});
