import {
  AnswerChange,
  assessService,
  EnablementIssuer,
  Mesh,
  ProxyRequest,
  ResourceRef,
  WayInAssessment,
  WayInEffect,
} from 'istio-jwt-policy-engine';

const MAX_NEIGHBOURS = 200;

/** Every way in that some policies reach, targets first, with requests to ask of each. */
export function listReached(
  mesh: Mesh,
  refs: readonly ResourceRef[],
  target: { namespace: string; name: string; waysIn: readonly string[] },
  issuer: EnablementIssuer,
  exemptPaths: readonly string[],
): { effects: WayInEffect[]; neighbours: number } {
  const all = mesh.services().flatMap(service =>
    assessService(mesh, service)
      .waysIn.filter(({ hops }) =>
        hops.some(({ policies }) =>
          policies.some(({ ref }) => refs.some(wanted => isSame(ref, wanted))),
        ),
      )
      .map((wayIn): WayInEffect => {
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
      }),
  );
  const targets = all.filter(({ isTarget }) => isTarget);
  const neighbours = all.filter(({ isTarget }) => !isTarget);
  return {
    effects: [...targets, ...neighbours.slice(0, MAX_NEIGHBOURS)],
    neighbours: neighbours.length,
  };
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
