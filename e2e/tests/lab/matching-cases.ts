/** What policies mean to a gateway, one row per claim: policies, requests, and the answer seen. */
import { createIssuer } from '../../lab/tokens/mint.ts';
import { buildIdentityCases } from './matching-identities.ts';
import {
  authenticate,
  authorize,
  bearer,
  build,
  from,
  policy,
  principals,
  trust,
  type MatchingCase,
  type Row,
} from './matching-support.ts';

export async function buildMatchingCases(): Promise<MatchingCase[]> {
  const idp = await createIssuer('https://idp.example');
  const plain = await createIssuer('testing@secure.istio.io');
  const forger = await createIssuer(idp.issuer, { kid: idp.kid });
  const alice = await idp.mint({ sub: 'alice' });
  const org = await idp.mint({ sub: 'a/b' });
  const nobody = await idp.mint({ sub: undefined });
  const forged = await forger.mint({ sub: 'alice' });
  const other = await plain.mint({ sub: 'bob' });
  const admin = await idp.mint({ sub: 'alice', role: 'admin' });
  const tokens = (
    claim: string,
    header: string,
    query: string,
    expected: number,
  ): Row => ({
    claim,
    path: `/?access_token=${query}`,
    headers: bearer(header),
    expected,
  });
  const requireIdp = authorize('ALLOW', [
    { from: principals('https://idp.example/*') },
  ]);
  return [
    ...(await buildIdentityCases(idp, plain)),
    {
      title: 'DENY of notRequestPrincipals',
      policies: build(
        authenticate(trust(idp)),
        authorize('DENY', [
          { from: from({ notRequestPrincipals: ['https://idp.example/*'] }) },
        ]),
      ),
      rows: [
        { claim: 'no token: 403', expected: 403 },
        { claim: 'its token: 200', headers: bearer(alice), expected: 200 },
        {
          claim: 'a token without sub: 403',
          headers: bearer(nobody),
          expected: 403,
        },
      ],
    },
    {
      title: 'ALLOW without rules',
      policies: build(authenticate(trust(idp)), authorize('ALLOW')),
      rows: [
        { claim: 'denies all: 403', headers: bearer(alice), expected: 403 },
      ],
    },
    {
      title: 'ALLOW with one empty rule beside one that requires a token',
      policies: build(
        authenticate(trust(idp)),
        requireIdp,
        policy('AuthorizationPolicy', { rules: [{}] }, 'open'),
      ),
      rows: [{ claim: 'no token: 200', expected: 200 }],
    },
    {
      title: 'policies that are not enforced',
      policies: build(
        authorize('DENY', [{}], {}, { 'istio.io/dry-run': 'true' }),
        policy(
          'AuthorizationPolicy',
          { action: 'AUDIT', rules: [{}] },
          'audit',
        ),
        policy(
          'AuthorizationPolicy',
          {
            action: 'DENY',
            rules: [{}],
            targetRefs: [
              {
                group: 'gateway.networking.k8s.io',
                kind: 'Gateway',
                name: 'any',
              },
            ],
          },
          'target',
        ),
        policy(
          'AuthorizationPolicy',
          {
            action: 'DENY',
            rules: [{}],
            selector: { matchLabels: { app: 'nobody' } },
          },
          'nobody',
        ),
      ),
      rows: [
        {
          claim:
            'dry run, AUDIT, targetRefs on a classic gateway, a selector that fits nobody: 200',
          expected: 200,
        },
      ],
    },
    {
      title: 'no jwtRules under an ALLOW on identity',
      policies: build(authenticate(), requireIdp),
      rows: [
        { claim: 'its token: 403', headers: bearer(alice), expected: 403 },
        { claim: 'junk: 403, not 401', headers: bearer('x'), expected: 403 },
      ],
    },
    {
      title: 'one issuer in two rules, one of them with audiences',
      policies: build(
        authenticate(trust(idp, { audiences: ['app'] }), trust(idp)),
        requireIdp,
      ),
      rows: [
        {
          claim: 'a token for another audience: 200',
          headers: bearer(await idp.mint({ aud: 'another' })),
          expected: 200,
        },
      ],
    },
    {
      title: 'the default places of a token',
      policies: build(authenticate(trust(idp)), requireIdp),
      rows: [
        {
          claim: 'a valid token in ?access_token=: 200',
          path: `/?access_token=${alice}`,
          expected: 200,
        },
        {
          claim: 'junk in ?access_token=: 401',
          path: '/?access_token=junk',
          expected: 401,
        },
        {
          claim: 'bearer in lower case is no token: 403',
          headers: { authorization: `bearer ${alice}` },
          expected: 403,
        },
        tokens('valid and forged: 401', alice, forged, 401),
        tokens('forged and valid: 401', forged, alice, 401),
        tokens('valid twice: 200', alice, org, 200),
      ],
    },
    {
      title: 'tokens of two trusted issuers in two places',
      policies: build(authenticate(trust(idp), trust(plain)), requireIdp),
      rows: [
        tokens('both valid: the one in the header counts', alice, other, 200),
        tokens('both valid: the one in the header counts', other, alice, 403),
        tokens('one of them forged: 401', forged, other, 401),
      ],
    },
    {
      title: 'what RBAC sees after jwt_authn',
      policies: build(
        authenticate(
          trust(idp, {
            outputClaimToHeaders: [{ header: 'x-role', claim: 'role' }],
          }),
        ),
        authorize('DENY', [
          {
            when: [{ key: 'request.headers[authorization]', values: ['*'] }],
          },
          { when: [{ key: 'request.headers[x-role]', values: ['admin'] }] },
        ]),
      ),
      rows: [
        {
          claim: 'the Authorization of a valid token is gone: 200',
          headers: bearer(alice),
          expected: 200,
        },
        {
          claim: 'Basic credentials are there: 403',
          headers: { authorization: 'Basic YTpi' },
          expected: 403,
        },
        {
          claim: 'a header made of a claim is there: 403',
          headers: bearer(admin),
          expected: 403,
        },
        {
          claim: 'a header of that name from outside is gone: 200',
          headers: { 'x-role': 'admin' },
          expected: 200,
        },
      ],
    },
    {
      title: 'paths',
      policies: build(
        authorize('ALLOW', [
          {
            to: [
              {
                operation: {
                  paths: ['/a/{*}/c', '/d/{**}', '/healthz', '/api/*'],
                },
              },
            ],
          },
        ]),
      ),
      rows: (
        [
          ['/a/b/c', 200],
          ['/a//c', 403],
          ['/a/b/b/c', 403],
          ['/d/', 200],
          ['/d', 403],
          ['/d/x/y', 200],
          ['/healthz?x=1', 200],
          ['/healthz#top', 200],
          ['/x/../healthz', 200],
          ['/%68ealthz', 200],
          ['//healthz', 403],
          ['/healthz/', 403],
          ['/HEALTHZ', 403],
          ['/api\\x', 200],
          ['/api/../x', 403],
          ['/api/%2e%2e/x', 403],
        ] as const
      ).map(([path, expected]) => ({
        claim: `${path}: ${expected}`,
        path,
        expected,
      })),
    },
  ];
}
