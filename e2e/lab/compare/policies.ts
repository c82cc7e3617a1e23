/**
 * Policy sets at random. Written for no proxy in particular: `$NS`, `$POOL`, `$PORT0`, `$PORT1` and
 * `$CLIENT` stand for what a bench fills in, so that a set can be tried on any of its proxies.
 */
import type { Manifest } from '../kube.ts';
import type { Random } from './random.ts';
import type { TokenStock } from './tokens.ts';
import { ISSUERS } from './tokens.ts';
import {
  METHODS,
  PATHS,
  REQUEST_PRINCIPALS,
  WORDS,
  type PolicyWords,
} from './words.ts';

type Values = { values?: string[]; notValues?: string[] };

function pickValues(random: Random, pool: readonly string[]): Values {
  const result: Values = {};
  const form = random.int(5);
  if (form !== 1) result.values = random.some(pool, 1, 2);
  if (form === 1 || form === 2) result.notValues = random.some(pool, 1, 2);
  return result;
}

function pickCondition(random: Random, words: PolicyWords) {
  const [key, pool] = random.pick<[string, readonly string[]]>([
    ['request.auth.claims[role]', WORDS],
    ['request.auth.claims[groups]', WORDS],
    ['request.auth.claims[tier]', WORDS],
    ['request.auth.claims[scope]', WORDS],
    ['request.auth.claims[scp]', WORDS],
    ['request.auth.claims[realm][roles]', WORDS],
    ['request.auth.claims[realm][name]', WORDS],
    ['request.auth.claims[iss]', [...ISSUERS, '*', 'https://idp*']],
    ['request.auth.claims[sub]', ['alice', '*', 'b*', 'org/alice']],
    ['request.auth.claims[aud]', ['app', 'other', '*']],
    ['request.auth.principal', REQUEST_PRINCIPALS],
    ['request.auth.audiences', ['app', 'other', '*', 'https://app/']],
    ['request.auth.presenter', ['cli', '*', 'c*']],
    ['request.headers[x-role]', [...WORDS, 'admin,dev', 'ADMIN']],
    ['request.headers[X-Role]', WORDS],
    ['request.headers[authorization]', ['*', 'Bearer*', 'Basic*']],
    ['request.headers[x-payload]', ['*', 'eyJ*']],
    ['source.ip', words.ranges],
    ['remote.ip', words.ranges],
    ['source.principal', words.principals],
    ['source.namespace', words.namespaces],
    ['destination.port', words.ports],
  ]);
  return { key, ...pickValues(random, pool) };
}

function pickSource(random: Random, words: PolicyWords) {
  const fields: Record<string, readonly string[]> = {
    requestPrincipals: REQUEST_PRINCIPALS,
    notRequestPrincipals: REQUEST_PRINCIPALS,
    ipBlocks: words.ranges,
    notIpBlocks: words.ranges,
    remoteIpBlocks: words.ranges,
    notRemoteIpBlocks: words.ranges,
    principals: words.principals,
    notPrincipals: words.principals,
    namespaces: words.namespaces,
    notNamespaces: words.namespaces,
  };
  const names = random.chance(0.6)
    ? [random.pick(['requestPrincipals', 'notRequestPrincipals'])]
    : random.some(Object.keys(fields), 1, 2);
  return {
    source: Object.fromEntries(
      names.map(name => [name, random.some(fields[name], 1, 2)]),
    ),
  };
}

function pickOperation(random: Random, words: PolicyWords) {
  const fields: Record<string, readonly string[]> = {
    hosts: words.hosts,
    notHosts: words.hosts,
    paths: PATHS,
    notPaths: PATHS,
    methods: METHODS,
    notMethods: METHODS,
    ports: words.ports,
    notPorts: words.ports,
  };
  const names = random.some(Object.keys(fields), 1, 3);
  return {
    operation: Object.fromEntries(
      names.map(name => [name, random.some(fields[name], 1, 3)]),
    ),
  };
}

const repeat = <T>(count: number, make: () => T): T[] =>
  Array.from({ length: count }, make);

function pickRule(random: Random, words: PolicyWords) {
  const rule: Record<string, unknown> = {};
  if (random.chance(0.6)) {
    rule.from = repeat(1 + random.int(2), () => pickSource(random, words));
  }
  if (random.chance(0.6)) {
    rule.to = repeat(1 + random.int(2), () => pickOperation(random, words));
  }
  if (random.chance(0.4)) {
    rule.when = repeat(1 + random.int(2), () => pickCondition(random, words));
  }
  return rule;
}

function pickJwtRule(random: Random, stock: TokenStock) {
  const issuer = random.pick(stock.issuers);
  const rule: Record<string, unknown> = {
    issuer: issuer.issuer,
    jwks: JSON.stringify(issuer.jwks),
  };
  if (random.chance(0.25)) {
    rule.audiences = random.some(['app', 'https://app', 'nobody'], 1, 2);
  }
  if (random.chance(0.4)) rule.forwardOriginalToken = true;
  if (random.chance(0.15)) rule.outputPayloadToHeader = 'x-payload';
  if (random.chance(0.1)) {
    rule.outputClaimToHeaders = [{ header: 'x-role', claim: 'role' }];
  }
  switch (random.int(10)) {
    case 0:
      rule.fromHeaders = [{ name: 'x-jwt' }];
      break;
    case 1:
      rule.fromHeaders = [{ name: 'X-Jwt', prefix: 'Bearer ' }];
      break;
    case 2:
      rule.fromHeaders = [{ name: 'Authorization', prefix: 'Token ' }];
      break;
    case 3:
      rule.fromParams = ['token'];
      break;
    case 4:
      rule.fromCookies = ['sid'];
      break;
    default:
  }
  return rule;
}

/** One set: up to three RequestAuthentications and four AuthorizationPolicies. */
export function generatePolicies(
  random: Random,
  stock: TokenStock,
  words: PolicyWords,
): Manifest[] {
  const build = (
    kind: string,
    index: number,
    spec: Record<string, unknown>,
    annotations?: Record<string, string>,
  ): Manifest => {
    const { namespace, target } = random.pick(words.places);
    const prefix = kind === 'RequestAuthentication' ? 'ra' : 'ap';
    return {
      apiVersion: 'security.istio.io/v1',
      kind,
      metadata: {
        name: `$GENERATION-${prefix}${index}`,
        namespace,
        ...(annotations ? { annotations } : {}),
      },
      spec: { ...target, ...spec },
    };
  };
  const authentications = repeat(random.pick([0, 1, 1, 1, 2, 3]), () => 0).map(
    (_, index) =>
      build('RequestAuthentication', index, {
        jwtRules: repeat(random.pick([0, 1, 1, 1, 2, 2]), () =>
          pickJwtRule(random, stock),
        ),
      }),
  );
  const authorizations = repeat(
    random.pick([0, 1, 1, 2, 2, 3, 4]),
    () => 0,
  ).map((_, index) => {
    const action = random.pick(['ALLOW', 'ALLOW', 'DENY', 'DENY', 'AUDIT']);
    const rules = random.chance(0.06)
      ? undefined
      : repeat(random.pick([1, 1, 2, 3]), () => pickRule(random, words));
    return build(
      'AuthorizationPolicy',
      index,
      { action, ...(rules ? { rules } : {}) },
      random.chance(0.06) ? { 'istio.io/dry-run': 'true' } : undefined,
    );
  });
  const strict: Manifest[] = [];
  if (words.strictSelector && random.chance(0.6)) {
    strict.push({
      apiVersion: 'security.istio.io/v1',
      kind: 'PeerAuthentication',
      metadata: {
        name: '$GENERATION-pa',
        namespace: words.places[0].namespace,
      },
      spec: { selector: words.strictSelector, mtls: { mode: 'STRICT' } },
    });
  }
  return [...authentications, ...strict, ...authorizations];
}
