/** Principals and claims: what a token must say for a rule to match. */
import { createIssuer, type TestIssuer } from '../../lab/tokens/mint.ts';
import {
  authenticate,
  authorize,
  bearer,
  build,
  principals,
  trust,
  type MatchingCase,
  type Row,
  type Rule,
} from './matching-support.ts';

/** One rule per row, told apart by the path. */
function tabulate(
  rows: { claim: string; rule: Rule; token?: string; expected: number }[],
): { rules: Rule[]; rows: Row[] } {
  return {
    rules: rows.map(({ rule }, index) => ({
      ...rule,
      to: [{ operation: { paths: [`/row/${index}`] } }],
    })),
    rows: rows.map(({ claim, token, expected }, index) => ({
      claim,
      path: `/row/${index}`,
      headers: token ? bearer(token) : {},
      expected,
    })),
  };
}

/** `plain` has an issuer without a slash, `idp` is an URL. */
export async function buildIdentityCases(
  idp: TestIssuer,
  plain: TestIssuer,
): Promise<MatchingCase[]> {
  const slash = await createIssuer('https://slash.example/');
  const alice = await idp.mint({ sub: 'alice' });
  const org = await idp.mint({ sub: 'a/b' });
  const nobody = await idp.mint({ sub: undefined });
  const other = await plain.mint({ sub: 'bob' });
  const trailing = await slash.mint({ sub: 'alice' });
  const claims = await idp.mint({
    sub: 'alice',
    role: 'admin',
    flag: true,
    level: 7,
    groups: ['dev', 'ops'],
    title: 'x admin',
    scope: 'read write',
    realm: { roles: ['dev'] },
    email: '',
    aud: ['app'],
    azp: 'cli',
  });
  const principal = (
    pattern: string,
    who: string,
    token: string,
    expected: number,
  ) => ({
    claim: `${pattern} and ${who}: ${expected}`,
    rule: { from: principals(pattern) },
    token,
    expected,
  });
  const identities = tabulate([
    principal('*', 'a token', alice, 200),
    principal('*', 'a token without sub', nobody, 403),
    principal('*', 'a token of another trusted issuer', other, 200),
    principal('https://idp.example/*', 'its token', alice, 200),
    principal('https://idp.example/*', 'a sub with a slash', org, 200),
    principal('https://idp.example/*', 'a token without sub', nobody, 403),
    principal('https://idp.example/al*', 'sub alice', alice, 200),
    principal('https://idp.example/a/b', 'sub a/b', org, 403),
    principal('https://idp.example', 'its token', alice, 403),
    principal('https://idp*', 'its token', alice, 403),
    principal('testing@*', 'an issuer without slash', other, 200),
    principal('*alice', 'sub alice', alice, 200),
    principal('*idp.example/alice', 'sub alice', alice, 200),
    principal('https://slash.example/*', 'an issuer with /', trailing, 403),
    principal('https://slash.example//*', 'an issuer with /', trailing, 200),
  ]);
  const condition = (
    key: string,
    values: string[],
    why: string,
    expected: number,
  ) => ({
    claim: `${key} ${values}, ${why}: ${expected}`,
    rule: { when: [{ key: `request.auth.${key}`, values }] },
    token: claims,
    expected,
  });
  const conditions = tabulate([
    condition('claims[role]', ['admin'], 'a string', 200),
    condition('claims[flag]', ['true'], 'a boolean', 403),
    condition('claims[level]', ['7'], 'a number', 403),
    condition('claims[groups]', ['ops'], 'in a list', 200),
    condition('claims[title]', ['admin'], 'a word of "x admin"', 403),
    condition('claims[scope]', ['read'], 'a word of "read write"', 200),
    condition('claims[realm][roles]', ['dev'], 'a nested list', 200),
    condition('claims[email]', ['*'], 'an empty string', 403),
    condition('audiences', ['app'], 'aud', 200),
    condition('presenter', ['cli'], 'azp', 200),
    {
      claim: 'claims[tier] notValues free, no token at all: 200',
      rule: {
        when: [{ key: 'request.auth.claims[tier]', notValues: ['free'] }],
      },
      expected: 200,
    },
  ]);
  return [
    {
      title: 'requestPrincipals',
      policies: build(
        authenticate(trust(idp), trust(slash), trust(plain)),
        authorize('ALLOW', identities.rules),
      ),
      rows: identities.rows,
    },
    {
      title: 'claims',
      policies: build(
        authenticate(trust(idp)),
        authorize('ALLOW', conditions.rules),
      ),
      rows: conditions.rows,
    },
  ];
}
