import {
  AnswerChange,
  assessService,
  EnablementIssuer,
  Mesh,
  ProxyRequest,
  ResourceRef,
  ServiceAssessment,
  WayInAssessment,
  WayInEffect,
} from 'istio-jwt-policy-engine';

const MAX_NEIGHBOURS = 200;

interface Target {
  namespace: string;
  name: string;
  waysIn: readonly string[];
}

interface Reached {
  effects: WayInEffect[];
  neighbours: number;
}

/** Every way in that some policies reach, targets first, with requests to ask of each. */
export function listReached(
  mesh: Mesh,
  refs: readonly ResourceRef[],
  target: Target,
  issuer: EnablementIssuer,
  exemptPaths: readonly string[],
): Reached {
  return list(findReached(mesh, refs), target, issuer, exemptPaths);
}

/**
 * Every way in of the proxies at which some policies stand, targets first, then those that the policies
 * reach. A policy for one host is written to a proxy that serves others, too, and it is by these that
 * a plan is judged to touch what is shared.
 */
export function listConcerned(
  mesh: Mesh,
  refs: readonly ResourceRef[],
  target: Target,
  issuer: EnablementIssuer,
  exemptPaths: readonly string[],
): Reached {
  const reached = findReached(mesh, refs);
  const ids = new Set(reached.map(nameWayIn));
  const standing = reached.flatMap(({ wayIn }) =>
    wayIn.hops.filter(hop => isAmong(hop, refs)).map(({ proxy }) => proxy),
  );
  const proxies = new Set(standing.map(nameProxy));
  const beside = listWaysIn(mesh, assessment =>
    isProxyItself(assessment, proxies) ? [] : assessment.waysIn,
  ).filter(
    found =>
      !ids.has(nameWayIn(found)) &&
      found.wayIn.hops.some(({ proxy }) => proxies.has(nameProxy(proxy))),
  );
  return list([...reached, ...beside], target, issuer, exemptPaths);
}

interface FoundWayIn {
  service: { namespace: string; name: string };
  wayIn: WayInAssessment;
}

function findReached(mesh: Mesh, refs: readonly ResourceRef[]): FoundWayIn[] {
  return listWaysIn(mesh, ({ waysIn }) =>
    waysIn.filter(({ hops }) => hops.some(hop => isAmong(hop, refs))),
  );
}

function listWaysIn(
  mesh: Mesh,
  select: (assessment: ServiceAssessment) => WayInAssessment[],
): FoundWayIn[] {
  return mesh
    .services()
    .flatMap(service =>
      select(assessService(mesh, service)).map(wayIn => ({ service, wayIn })),
    );
}

/**
 * Whether a Service is a gateway's own, which is no neighbour, as for plans of the engine: seen from the
 * mesh its Pods can look like any workload's.
 */
function isProxyItself(
  { waysIn }: ServiceAssessment,
  proxies: ReadonlySet<string>,
): boolean {
  return waysIn.every(({ kind, hops }) => {
    const last = hops.at(-1)?.proxy;
    return (
      kind === 'in-mesh' &&
      last?.kind === 'gateway' &&
      proxies.has(nameProxy(last))
    );
  });
}

function list(
  found: readonly FoundWayIn[],
  target: Target,
  issuer: EnablementIssuer,
  exemptPaths: readonly string[],
): Reached {
  const all = found.map(({ service, wayIn }): WayInEffect => {
    const isTarget =
      service.namespace === target.namespace &&
      service.name === target.name &&
      target.waysIn.includes(wayIn.id);
    const { id, kind, host, port, protocol, state } = wayIn;
    return {
      service,
      wayIn: { id, kind, host, port, protocol },
      isTarget,
      before: state,
      after: state,
      answers: listRequests(wayIn, issuer, isTarget ? exemptPaths : []),
    };
  });
  const targets = all.filter(({ isTarget }) => isTarget);
  const neighbours = all.filter(({ isTarget }) => !isTarget);
  return {
    effects: [...targets, ...neighbours.slice(0, MAX_NEIGHBOURS)],
    neighbours: neighbours.length,
  };
}

function isAmong(
  { policies }: WayInAssessment['hops'][number],
  refs: readonly ResourceRef[],
): boolean {
  return policies.some(({ ref }) => refs.some(wanted => isSame(ref, wanted)));
}

function nameProxy({
  kind,
  namespace,
  name,
}: WayInAssessment['hops'][number]['proxy']) {
  return `${kind} ${namespace}/${name}`;
}

function nameWayIn({ service, wayIn }: FoundWayIn): string {
  return `${service.namespace}/${service.name} ${wayIn.id}`;
}

function isSame(a: ResourceRef, b: ResourceRef): boolean {
  return a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}

function listRequests(
  wayIn: WayInAssessment,
  { issuer, audiences, fromHeaders, claims }: EnablementIssuer,
  exemptPaths: readonly string[],
): AnswerChange[] {
  const host = wayIn.host.replace(/^\*\.?/, 'any.');
  const path = wayIn.paths.find(pattern => /^\/[\w\-./]*\*?$/.test(pattern));
  const plain: ProxyRequest = {
    port: wayIn.hops[0]?.port ?? wayIn.port,
    method: 'GET',
    host,
    path: path?.replace(/\*$/, '') ?? '/',
    sni: wayIn.protocol === 'https' ? host : undefined,
  };
  const header = fromHeaders?.[0];
  const good: Record<string, unknown> = {
    iss: issuer,
    sub: 'some-subject',
    ...(audiences.length > 0 ? { aud: audiences[0] } : {}),
    ...Object.fromEntries(
      (claims ?? []).map(({ name, values }) => [name, values[0]]),
    ),
  };
  const ask = (
    kind: AnswerChange['kind'],
    title: string,
    request: ProxyRequest,
  ): AnswerChange => ({
    kind,
    title,
    request,
    before: 'unknown',
    after: 'unknown',
  });
  return [
    ask('no-token', 'No token', plain),
    ask('valid-token', `Valid token of ${issuer}`, {
      ...plain,
      tokens: [
        {
          in: 'header',
          ...(header
            ? { name: header.name.toLowerCase(), prefix: header.prefix }
            : {}),
          validity: 'valid',
          claims: good,
        },
      ],
    }),
    ask('preflight', 'CORS preflight', {
      ...plain,
      method: 'OPTIONS',
      headers: {
        origin: 'https://istio-jwt.example',
        'access-control-request-method': 'GET',
      },
    }),
    ...exemptPaths.map(exempt =>
      ask('exempt-path', `No token, ${exempt}`, {
        ...plain,
        path: exempt.replace(/\*$/, 'x'),
      }),
    ),
  ];
}
