import { judgeAnswer } from './judgeAnswer';

const answer = (status: number, body?: string) => ({
  kind: 'answer' as const,
  status,
  body,
  durationMs: 1,
});
const refused = { status: [403], body: 'RBAC: access denied', why: '' };
const rejected = { status: [401], body: 'Jwt is expired', why: '' };
const passes = { status: ['not-401-403' as const], why: '' };

describe('judgeAnswer', () => {
  it.each([
    [
      '403 by RBAC where 403 is due',
      refused,
      answer(403, 'RBAC: access denied'),
      'agrees',
    ],
    ['200 where 403 is due', refused, answer(200), 'disagrees'],
    ['a redirect where 403 is due', refused, answer(302), 'disagrees'],
    [
      '401 where 403 is due',
      refused,
      answer(401, 'Jwt is expired'),
      'disagrees',
    ],
    [
      '403 for the audience where RBAC is due',
      refused,
      answer(403, 'Audiences in Jwt are not allowed'),
      'disagrees',
    ],
    ["403 in an application's words", refused, answer(403), 'inconclusive'],
    ['404 where 403 is due', refused, answer(404), 'inconclusive'],
    ['503 where 403 is due', refused, answer(503), 'inconclusive'],
    [
      'another word for 401',
      rejected,
      answer(401, 'Jwt verification fails'),
      'agrees',
    ],
    ["401 in an application's words", rejected, answer(401), 'inconclusive'],
    ['200 where 401 is due', rejected, answer(200), 'disagrees'],
    ['200 where it may pass', passes, answer(200), 'agrees'],
    ['405 where it may pass', passes, answer(405), 'agrees'],
    ['404 where it may pass', passes, answer(404), 'inconclusive'],
    ['500 where it may pass', passes, answer(500), 'inconclusive'],
    [
      '403 by RBAC where it may pass',
      passes,
      answer(403, 'RBAC: access denied'),
      'disagrees',
    ],
    [
      '403 by the application where it may pass',
      passes,
      answer(403),
      'inconclusive',
    ],
    [
      '200 where nothing is known',
      { status: null, why: '' },
      answer(200),
      'inconclusive',
    ],
    [
      '301 where the route redirects',
      { status: [301], why: '' },
      answer(301),
      'agrees',
    ],
    [
      'an error',
      refused,
      { kind: 'error' as const, code: 'ECONNRESET', message: 'm' },
      'inconclusive',
    ],
  ])('calls %s', (_, expected, observed, result) => {
    expect(judgeAnswer(expected, observed).result).toBe(result);
  });
});
