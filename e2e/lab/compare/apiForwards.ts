/**
 * HTTPRoutes at random: conditions, what they make of requests, and redirects. Each rule sets a header of its
 * own, so that a policy at the server shows which was taken.
 */
import type { Manifest } from '../kube.ts';
import { generateWitnesses } from './forwards.ts';
import type { MeshDraw } from './meshBench.ts';
import type { Random } from './random.ts';
import { GATEWAY_HOSTS } from './requests.ts';
import { BACKEND_REF, describeRoute, HTTP_ROUTES } from './routing.ts';

type Fields = Record<string, unknown>;

export const HOSTNAMES = [
  'h.example.com',
  'h.example.com',
  '*.example.com',
  'a.example.com',
  '*.b.example.com',
  'other.test',
];

function pickPath(random: Random): Fields {
  return random.pick([
    ...['/', '/api', '/api/', '/a', '/healthz', '/a/b', '/API'].map(value => ({
      type: 'PathPrefix',
      value,
    })),
    ...['/healthz', '/api', '/api/', '/api/v1/users', '/'].map(value => ({
      type: 'Exact',
      value,
    })),
    ...['/a.*', '/api/v[0-9]+/users', '/d/.*', '.*users'].map(value => ({
      type: 'RegularExpression',
      value,
    })),
  ]);
}

/** A condition of an HTTPRoute. */
export function pickHttpMatch(random: Random): Fields {
  const named = (name: string, values: string[]) => [
    random.chance(0.7)
      ? { name, value: random.pick(values) }
      : { type: 'RegularExpression', name, value: random.pick(['.*', 'a.*']) },
  ];
  return {
    ...(random.chance(0.8) ? { path: pickPath(random) } : {}),
    ...(random.chance(0.2)
      ? { method: random.pick(['GET', 'POST', 'OPTIONS']) }
      : {}),
    ...(random.chance(0.2)
      ? { headers: named(random.pick(['x-role', 'X-Role']), ['admin', 'dev']) }
      : {}),
    ...(random.chance(0.2)
      ? { queryParams: named('x', ['1', '%31', 'a b']) }
      : {}),
  };
}

function pickHeader(random: Random): Fields {
  return random.chance(0.2)
    ? { name: 'Host', value: random.pick(['a.example.com', 'other']) }
    : {
        name: random.pick(['x-role', 'X-Role', 'x-payload', 'x-other']),
        value: random.pick(['admin', 'dev', 'admin,dev']),
      };
}

function pickModifier(random: Random, rule?: string): Fields[] {
  const set = [
    ...(rule === undefined ? [] : [{ name: 'x-rule', value: rule }]),
    ...(random.chance(0.3) ? [pickHeader(random)] : []),
  ];
  const requestHeaderModifier = {
    ...(set.length > 0 ? { set } : {}),
    ...(random.chance(0.25) ? { add: [pickHeader(random)] } : {}),
    ...(random.chance(0.25)
      ? { remove: [random.pick(['x-role', 'x-payload'])] }
      : {}),
  };
  return Object.keys(requestHeaderModifier).length > 0
    ? [{ type: 'RequestHeaderModifier', requestHeaderModifier }]
    : [];
}

function pickRewrite(random: Random, canReplacePrefix: boolean): Fields {
  const full = ['/', '/healthz', '/api/x', '/d/x'];
  const prefix = ['/', '/v1', '/v1/', '/api', ''];
  const path =
    canReplacePrefix && random.chance(0.7)
      ? {
          type: 'ReplacePrefixMatch',
          replacePrefixMatch: random.pick(prefix),
        }
      : { type: 'ReplaceFullPath', replaceFullPath: random.pick(full) };
  const urlRewrite = {
    ...(random.chance(0.8) ? { path } : {}),
    ...(random.chance(0.3)
      ? { hostname: random.pick(['a.example.com', 'other']) }
      : {}),
  };
  return { type: 'URLRewrite', urlRewrite };
}

function pickRule(random: Random, name: string): Fields {
  const matches = Array.from({ length: random.pick([0, 1, 1, 1, 2]) }, () =>
    pickHttpMatch(random),
  );
  const condition = matches.length > 0 ? { matches } : {};
  if (random.chance(0.12)) {
    const requestRedirect = {
      hostname: 'elsewhere.test',
      statusCode: random.pick([301, 302]),
    };
    return {
      ...condition,
      filters: [{ type: 'RequestRedirect', requestRedirect }],
    };
  }
  // The API server lets a prefix be replaced only where a rule has one match, of a prefix.
  const [{ path } = {} as Fields] = matches;
  const canReplacePrefix =
    matches.length === 1 && (path as Fields | undefined)?.type === 'PathPrefix';
  const filters = [
    ...pickModifier(random, name),
    ...(random.chance(0.4) ? [pickRewrite(random, canReplacePrefix)] : []),
  ];
  if (random.chance(0.06)) return { ...condition, filters };
  const shares = random.chance(0.1) ? [40, 60] : [undefined];
  return {
    ...condition,
    filters,
    backendRefs: shares.map(weight => {
      const own = random.chance(0.2) ? pickModifier(random) : [];
      return {
        ...BACKEND_REF,
        ...(weight === undefined ? {} : { weight }),
        ...(own.length > 0 ? { filters: own } : {}),
      };
    }),
  };
}

function generateRoutes(random: Random): Manifest[] {
  return Array.from({ length: 1 + random.int(3) }, (_, route) => {
    const rules = Array.from({ length: 1 + random.int(3) }, (__, rule) =>
      pickRule(random, `r${route}-${rule}`),
    );
    const hostnames = random.chance(0.4)
      ? {}
      : { hostnames: random.some(HOSTNAMES, 1, 2) };
    return describeRoute(`$GENERATION-r${route}`, { ...hostnames, rules });
  });
}

const RULES = ['r0-0', 'r0-1', 'r0-2', 'r1-0', 'r1-1', 'r2-0'];

export const API_FORWARDS: MeshDraw = {
  title: 'what HTTPRoutes forward to a sidecar',
  generate: (random, stock) => [
    ...generateRoutes(random),
    ...generateWitnesses(random, stock, {
      when: [
        { key: 'request.headers[x-rule]', values: random.some(RULES, 1, 3) },
      ],
    }),
  ],
  callers: [{ name: 'gateway', hosts: GATEWAY_HOSTS }],
  routing: HTTP_ROUTES,
};
