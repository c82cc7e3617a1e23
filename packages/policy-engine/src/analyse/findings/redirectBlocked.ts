import { evaluate } from '../../decide/evaluate';
import { isSubsetHost } from '../../attach/hosts';
import { serversOfProxy } from '../../attach/servedServers';
import { Mesh } from '../../attach/Mesh';
import { proxyKey } from '../../attach/workloads';
import { Program } from '../../compile/program';
import { Hop, ProxyRef } from '../../model';
import type { AnalysedWayIn } from '../../assess/assessService';
import {
  AUTHORIZATION_POLICY_DOCS,
  Detector,
  NOTHING,
  Occurrence,
} from '../detector';
import { describeWayIn, enforcedRules, proxyName } from '../rules';
import { Family } from '../../queries/queries';

const REDIRECTING = new Family();

/** Paths that are asked without a token: certificate issuance and health checks. */
const TOKENLESS =
  /^\/(\.well-known\/acme-challenge|healthz?|livez?|readyz?|ready|ping)(\/|\*|$)/;

export const redirectBlocked: Detector = {
  id: 'redirect-blocked',
  severity: 'warning',
  title: 'A redirect or a public path stands behind the policy',
  why: 'RBAC runs before everything that answers by itself: a redirect to HTTPS, ACME challenges, health paths. Who asks without a token, as all do, gets 403 instead.',
  fix: 'Exempt these paths (`notPaths`), and for the redirect limit the policy to the HTTPS port (`ports`).',
  link: AUTHORIZATION_POLICY_DOCS,
  inWayIn: (way, { mesh }): readonly Occurrence[] => {
    const { wayIn, programs } = way;
    const [hop] = wayIn.hops;
    if (wayIn.kind !== 'gateway' || hop?.protocol !== 'http') return NOTHING;
    if (enforcedRules(programs[0]).length === 0) return NOTHING;
    return [
      ...blockedRedirect(mesh, way, hop, programs[0]),
      ...blockedPath(way, hop, programs[0]),
    ];
  },
};

function blockedRedirect(
  mesh: Mesh,
  way: AnalysedWayIn,
  hop: Hop,
  program: Program,
): Occurrence[] {
  const host = concrete(way.wayIn.host);
  const redirect = redirectsOf(mesh, hop.proxy).find(({ hosts }) =>
    hosts.some(name => name === host || isSubsetHost(host, name)),
  );
  if (!redirect || !isRefused(program, redirect.port, host, '/')) return [];
  return [
    {
      message: `${proxyName(hop)} answers 403 on port ${
        redirect.port
      } for ${host} instead of redirecting to HTTPS.`,
      ...(way.wayIn.gateway ? { resource: redirect.gateway } : {}),
    },
  ];
}

/** Health checks and ACME challenges that have a route of their own to this Service. */
function blockedPath(
  way: AnalysedWayIn,
  hop: Hop,
  program: Program,
): Occurrence[] {
  const { paths, host, route } = way.wayIn;
  const path = paths.find(item => TOKENLESS.test(item));
  if (path === undefined) return [];
  const example = path.replace(/\*$/, path.endsWith('/*') ? 'x' : '');
  if (!isRefused(program, hop.port, concrete(host), example)) return [];
  return [
    {
      message: `${proxyName(
        hop,
      )} asks for a token on ${path} by ${describeWayIn(
        way,
      )}, where callers have none.`,
      ...(route ? { resource: route } : {}),
    },
  ];
}

function isRefused(
  program: Program,
  port: number,
  host: string,
  path: string,
): boolean {
  const { passes, precondition } = evaluate(program, { port, host, path });
  return passes === false && precondition === undefined;
}

/** Redirecting servers of a gateway, in all likelihood few. */
function redirectsOf(mesh: Mesh, proxy: ProxyRef) {
  return mesh.queries.get(REDIRECTING, proxyKey(proxy), () =>
    serversOfProxy(mesh, proxy)
      .filter(({ server }) => server.layer === 'http' && server.httpsRedirect)
      .slice(0, 100)
      .map(({ server, listenPorts }) => ({
        gateway: server.gateway,
        port: listenPorts[0],
        hosts: server.hosts.map(({ host }) => host),
      })),
  );
}

function concrete(host: string): string {
  if (host === '*') return 'any.example';
  return host.startsWith('*.') ? `any${host.slice(1)}` : host;
}
