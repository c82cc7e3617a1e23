/** The tokens that compared requests carry, with what the engine is told of each. */
import type { Lab } from '../client.ts';
import { createIssuer, type TestIssuer } from '../tokens/mint.ts';
import type { RequestToken } from './engine.ts';

export interface SampleToken {
  name: string;
  text: string;
  validity: RequestToken['validity'];
  claims: Record<string, unknown>;
}

export interface ServedIssuer extends TestIssuer {
  /** Where istiod reads its key set. */
  jwksUri: string;
}

export interface TokenStock {
  issuers: ServedIssuer[];
  /** The keys of all issuers, for a rule that takes any. */
  allKeysUri: string;
  tokens: SampleToken[];
}

export const ISSUERS = [
  'testing@secure.istio.io',
  'https://idp.example',
  'https://idp.example/',
  'https://idp.example/realms/one',
] as const;

/** Claims beside `iss`; `sub` is part of them where a token has one. */
const CLAIM_SETS: Record<string, Record<string, unknown>> = {
  plain: { sub: 'alice' },
  'sub-slash': { sub: 'org/alice' },
  'sub-empty': { sub: '' },
  'no-sub': { role: 'admin' },
  'aud-one': { sub: 'alice', aud: 'app' },
  'aud-list': { sub: 'alice', aud: ['other', 'app'] },
  'aud-url': { sub: 'alice', aud: 'https://app/' },
  'aud-number': { sub: 'alice', aud: 7 },
  'sub-number': { sub: 7 },
  groups: { sub: 'bob', groups: ['dev', 'admin'], role: 'dev' },
  'groups-mixed': { sub: 'bob', groups: ['dev', 7, true], role: '' },
  scope: { sub: 'bob', scope: 'read write', scp: 'read write' },
  nested: {
    sub: 'bob',
    realm: { roles: ['dev', 'ops'], name: 'one', deep: { er: 'admin' } },
    permission: 'read admin',
    'realm.name': 'dev',
  },
  'scope-list': { sub: 'bob', scope: ['read', 'write'], scp: 'dev  admin' },
  'claim-url': { sub: 'bob', 'https://app/roles': ['dev'], azp: 7 },
  'empty-claims': { sub: 'bob', role: '', groups: [''], aud: [], tier: null },
  'sub-star': { sub: '*', role: '*', aud: '' },
  odd: { sub: 'bob', role: true, tier: 7, groups: [], realm: 'one' },
  tier: { sub: 'carol', tier: 'free', azp: 'cli', role: 'x admin' },
};

function decodeClaims(text: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(text.split('.')[1], 'base64url').toString());
}

export async function buildTokens(lab: Lab): Promise<TokenStock> {
  const made = await Promise.all(
    ISSUERS.map((issuer, index) =>
      createIssuer(issuer, {
        alg: index === 1 ? 'ES256' : 'RS256',
        kid: `key-${index}`,
      }),
    ),
  );
  // Another name for other keys: istiod keeps a set that it has once read.
  const serve = async (name: string, keys: unknown[]) => {
    await lab.jwks.set(name, { keys });
    return lab.jwks.uri(name);
  };
  const run = `compare-${process.pid}-${Date.now()}`;
  const issuers = await Promise.all(
    made.map(async (issuer, index) => ({
      ...issuer,
      jwksUri: await serve(`${run}-${index}`, issuer.jwks.keys),
    })),
  );
  const allKeysUri = await serve(
    `${run}-all`,
    made.flatMap(issuer => issuer.jwks.keys),
  );
  const tokens: SampleToken[] = [];
  const add = (
    name: string,
    validity: SampleToken['validity'],
    text: string,
  ) => {
    const claims = validity === 'malformed' ? {} : decodeClaims(text);
    tokens.push({ name, text, validity, claims });
  };
  const now = Math.floor(Date.now() / 1000);
  for (const issuer of issuers) {
    for (const [name, claims] of Object.entries(CLAIM_SETS)) {
      const text = await issuer.mint({ sub: undefined, ...claims });
      add(`${name} of ${issuer.issuer}`, 'valid', text);
    }
    const expired = await issuer.mint({ sub: 'alice', exp: now - 7200 });
    add(`expired of ${issuer.issuer}`, 'expired', expired);
    const early = await issuer.mint({ sub: 'alice', nbf: now + 86_400 });
    add(`early of ${issuer.issuer}`, 'not-yet-valid', early);
    const forger = await createIssuer(issuer.issuer, {
      alg: issuer.alg,
      kid: issuer.kid,
    });
    const forged = await forger.mint({ sub: 'alice', aud: 'app' });
    add(`forged of ${issuer.issuer}`, 'bad-signature', forged);
    const unknown = await issuer.mint({ sub: 'a' }, { header: { kid: 'no' } });
    add(`other kid of ${issuer.issuer}`, 'unknown-key', unknown);
  }
  const stranger = await createIssuer('https://stranger.example');
  const strange = await stranger.mint({ sub: 'alice' });
  // No provider knows the issuer, so nobody looks for its key.
  add('of an unknown issuer', 'unknown-key', strange);
  for (const text of ['junk', 'a.b', 'a.b.c', '...']) {
    add(`malformed ${text}`, 'malformed', text);
  }
  return { issuers, allKeysUri, tokens };
}
