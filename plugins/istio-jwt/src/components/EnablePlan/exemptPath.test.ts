import { whyNotAPath } from './exemptPath';

describe('whyNotAPath', () => {
  it.each(['/healthz', '/public/*', '/a%20b', "/a-._~!$&'()+,;=:@b/", '/a*'])(
    'takes %s',
    path => expect(whyNotAPath(path)).toBeUndefined(),
  );

  it.each([
    ['healthz', /begins with/],
    ['*', /begins with/],
    ['/a/*/b', /at the end only/],
    ['/a**', /at the end only/],
    ['/*', /every path/],
    ['/a?b=c', /Query and fragment/],
    ['/a b', /characters of URLs/],
    ['/ü', /characters of URLs/],
    [`/${'a'.repeat(502)}`, /at most 502/],
  ])('does not take %s', (path, why) => expect(whyNotAPath(path)).toMatch(why));
});
