/** Rules of AuthorizationPolicies at random, over every field and key of `when`. */
import type { Random } from './random.ts';
import { ISSUERS } from './tokens.ts';
import {
  METHODS,
  PATHS,
  REQUEST_PRINCIPALS,
  SNIS,
  TRUST_DOMAINS,
  WORDS,
  type PolicyWords,
} from './words.ts';

type Values = { values?: string[]; notValues?: string[] };
type Pools = Record<string, readonly string[]>;

function pickValues(random: Random, pool: readonly string[]): Values {
  const result: Values = {};
  const form = random.int(5);
  if (form !== 1) result.values = random.some(pool, 1, 3);
  if (form === 1 || form === 2) result.notValues = random.some(pool, 1, 2);
  return result;
}

const claim = (...path: string[]) =>
  `request.auth.claims${path.map(each => `[${each}]`).join('')}`;
const header = (name: string) => `request.headers[${name}]`;

const listConditions = (words: PolicyWords): Pools => ({
  [claim('role')]: WORDS,
  [claim('groups')]: WORDS,
  [claim('tier')]: WORDS,
  [claim('scope')]: WORDS,
  [claim('scp')]: [...WORDS, 'read write'],
  [claim('permission')]: WORDS,
  [claim('realm')]: WORDS,
  [claim('realm', 'roles')]: WORDS,
  [claim('realm', 'name')]: WORDS,
  [claim('realm', 'deep', 'er')]: WORDS,
  [claim('realm.name')]: WORDS,
  [claim('https://app/roles')]: WORDS,
  [claim('missing')]: WORDS,
  [claim('iss')]: [...ISSUERS, '*', 'https://idp*', '*/'],
  [claim('sub')]: ['alice', '*', 'b*', 'org/alice', '*/alice'],
  [claim('aud')]: ['app', 'other', '*', 'https://app/', 'https*'],
  'request.auth.principal': REQUEST_PRINCIPALS,
  'request.auth.audiences': ['app', 'other', '*', 'https://app/', '*pp'],
  'request.auth.presenter': ['cli', '*', 'c*', '*i', 'CLI'],
  [header('x-role')]: [...WORDS, 'admin,dev', 'admin*', 'ADMIN'],
  [header('X-Role')]: WORDS,
  [header('authorization')]: ['*', 'Bearer*', 'Basic*', '*YTpi'],
  [header('x-payload')]: ['*', 'eyJ*', 'spoofed'],
  [header('x-jwt')]: ['*', 'Bearer*', 'eyJ*'],
  [header('cookie')]: ['*', 'theme=dark*'],
  [header('host')]: words.hosts,
  [header(':authority')]: words.hosts,
  [header(':path')]: PATHS.filter(each => !each.includes('{')),
  [header(':method')]: METHODS,
  [header('access-control-request-method')]: ['*', 'GET'],
  'source.ip': words.ranges,
  'remote.ip': words.ranges,
  'source.principal': words.principals,
  'source.namespace': words.namespaces,
  'source.serviceAccount': words.serviceAccounts,
  'source.trustDomain': TRUST_DOMAINS,
  'destination.ip': words.ranges,
  'destination.port': words.ports,
  'connection.sni': SNIS,
});

/** What RBAC reads of other filters' metadata, which the engine cannot know. */
const EXPERIMENTAL = 'experimental.envoy.filters.http.lua[tenant]';

function pickCondition(random: Random, words: PolicyWords) {
  if (random.chance(0.01)) {
    return { key: EXPERIMENTAL, ...pickValues(random, ['gold', '[gold]']) };
  }
  const [key, pool] = random.pick(Object.entries(listConditions(words)));
  return { key, ...pickValues(random, pool) };
}

const pickFields = (random: Random, pools: Pools, names: string[]) =>
  Object.fromEntries(names.map(name => [name, random.some(pools[name], 1, 3)]));

function pickSource(random: Random, words: PolicyWords) {
  const pools: Pools = {
    requestPrincipals: REQUEST_PRINCIPALS,
    notRequestPrincipals: REQUEST_PRINCIPALS,
    ipBlocks: words.ranges,
    notIpBlocks: words.ranges,
    remoteIpBlocks: words.ranges,
    notRemoteIpBlocks: words.ranges,
    trustDomains: TRUST_DOMAINS,
    notTrustDomains: TRUST_DOMAINS,
    ...random.pick<Pools>([
      {
        principals: words.principals,
        notPrincipals: words.principals,
        namespaces: words.namespaces,
        notNamespaces: words.namespaces,
      },
      // Not together with the others.
      {
        serviceAccounts: words.serviceAccounts,
        notServiceAccounts: words.serviceAccounts,
      },
    ]),
  };
  const names = random.chance(0.5)
    ? [random.pick(['requestPrincipals', 'notRequestPrincipals'])]
    : random.some(Object.keys(pools), 1, 3);
  return { source: pickFields(random, pools, names) };
}

function pickOperation(random: Random, words: PolicyWords) {
  const pools: Pools = {
    hosts: words.hosts,
    notHosts: words.hosts,
    paths: PATHS,
    notPaths: PATHS,
    methods: METHODS,
    notMethods: METHODS,
    ports: words.ports,
    notPorts: words.ports,
  };
  const names = random.some(Object.keys(pools), 1, 3);
  return { operation: pickFields(random, pools, names) };
}

export const repeat = <T>(count: number, make: () => T): T[] =>
  Array.from({ length: count }, make);

/** May be empty: a rule that matches everything. */
export function pickRule(random: Random, words: PolicyWords) {
  const rule: Record<string, unknown> = {};
  if (random.chance(0.6)) {
    rule.from = repeat(1 + random.int(2), () => pickSource(random, words));
  }
  if (random.chance(0.6)) {
    rule.to = repeat(1 + random.int(2), () => pickOperation(random, words));
  }
  if (random.chance(0.5)) {
    rule.when = repeat(1 + random.int(2), () => pickCondition(random, words));
  }
  return rule;
}
