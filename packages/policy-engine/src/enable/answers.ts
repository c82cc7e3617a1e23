import {
  AnswerChange,
  EnablementRequest,
  ProxyRequest,
  RequestToken,
  WayIn,
} from '../model';
import { serversOfProxy } from '../attach/servedServers';
import { isSubsetHost } from '../attach/hosts';
import { Mesh } from '../attach/Mesh';
import { compileProxy } from '../compile/compileProxy';
import { decide } from '../decide/decide';
import { decideWayIn } from '../decide/decideWayIn';
import { hostUnder, pathUnder, requestTo } from '../decide/requestTo';

/** A request that a plan is judged by. */
export type SampleRequest = Pick<AnswerChange, 'kind' | 'title' | 'request'> & {
  /** A neighbour may not be answered otherwise than before. */
  binding: boolean;
};

const PREFLIGHT = {
  method: 'OPTIONS',
  headers: {
    origin: 'https://istio-jwt.example',
    'access-control-request-method': 'GET',
  },
};

/** Issuers that a way in trusts before the plan. */
const MAX_ISSUERS = 5;

/**
 * The kinds of requests that people ask about. Of a neighbour those that certainly come have to be
 * answered as before; foreign tokens may come or not, which nobody can tell from the configuration.
 */
export function listSamples(
  mesh: Mesh,
  wayIn: WayIn & { issuers: { issuer: string; audiences: string[] }[] },
  { issuer, exemptPaths }: EnablementRequest,
  isTarget: boolean,
  /** Issuers that nobody promised to go on trusting. */
  passing: ReadonlySet<string> = new Set(),
): SampleRequest[] {
  const plain = plainRequest(mesh, wayIn);
  const withToken = (token: RequestToken): ProxyRequest => ({
    ...plain,
    tokens: [token],
  });
  const trusted = wayIn.issuers
    .filter(known => known.issuer !== issuer.issuer)
    .slice(0, MAX_ISSUERS);
  return [
    {
      kind: 'no-token',
      title: 'No token',
      request: plain,
      binding: true,
    },
    {
      kind: 'valid-token',
      title: `Valid token of ${issuer.issuer}`,
      request: withToken(goodToken(issuer)),
      // A neighbour that did not know the issuer refused or ignored it, and may do either.
      binding:
        !passing.has(issuer.issuer) &&
        wayIn.issuers.some(known => known.issuer === issuer.issuer),
    },
    ...trusted.map(
      (known): SampleRequest => ({
        kind: 'other-issuer',
        title: `Valid token of ${known.issuer}`,
        request: withToken({
          in: 'header',
          validity: 'valid',
          claims: {
            iss: known.issuer,
            sub: 'some-subject',
            ...(known.audiences.length > 0 ? { aud: known.audiences } : {}),
          },
        }),
        binding: !passing.has(known.issuer),
      }),
    ),
    {
      kind: 'not-a-jwt',
      title: 'Bearer credentials that are no JWT',
      request: withToken({ in: 'header', validity: 'malformed', claims: {} }),
      binding: false,
    },
    {
      kind: 'preflight',
      title: 'CORS preflight',
      request: { ...plain, ...PREFLIGHT },
      binding: true,
    },
    ...(isTarget
      ? exemptPaths.map(
          (path): SampleRequest => ({
            kind: 'exempt-path',
            title: `No token, ${path}`,
            request: { ...plain, path: path.replace(/\*$/, 'x') },
            binding: false,
          }),
        )
      : []),
  ];
}

/** A token as the issuer would make it for this plan. */
function goodToken(issuer: EnablementRequest['issuer']): RequestToken {
  const [header] = issuer.fromHeaders ?? [];
  const claims: Record<string, unknown> = {
    iss: issuer.issuer,
    sub: 'some-subject',
  };
  if (issuer.audiences.length > 0) claims.aud = issuer.audiences[0];
  for (const { name, values } of issuer.claims ?? []) claims[name] = values[0];
  return {
    in: 'header',
    ...(header
      ? { name: header.name.toLowerCase(), prefix: header.prefix }
      : {}),
    validity: 'valid',
    claims,
  };
}

function plainRequest(mesh: Mesh, wayIn: WayIn): ProxyRequest {
  return {
    ...requestTo(wayIn, hostUnder(wayIn)),
    method: 'GET',
    path: pathUnder(wayIn),
    ...(wayIn.kind === 'in-mesh' && wayIn.callerIdentity !== 'none'
      ? { source: strangerIn(mesh) }
      : {}),
  };
}

/** What a request is answered, in a word: `200`, `403 RBAC: access denied`, `unknown`. */
export function answerTo(
  mesh: Mesh,
  wayIn: WayIn,
  request: ProxyRequest,
): string {
  const { status, body } = decideWayIn(mesh, wayIn, request);
  return body && status !== 200 ? `${status} ${body}` : String(status);
}

/**
 * What a request is answered at the gateway of a way in to which no route leads: `404`, what the
 * gateway's policies say of it before, or `no answer` where no port is open for it.
 *
 * @public
 */
export function answerUnrouted(
  mesh: Mesh,
  { hops: [hop], protocol, host }: WayIn,
  request: ProxyRequest,
): string {
  if (!hop) return 'unknown';
  const listens = serversOfProxy(mesh, hop.proxy).some(
    ({ server, listenPorts }) =>
      server.layer === protocol &&
      listenPorts.includes(hop.port) &&
      // Without a server for its name, a TLS connection ends before a request is made.
      (protocol === 'http' ||
        server.hosts.some(each => isSubsetHost(host, each.host))),
  );
  if (!listens) return 'no answer';
  const { status, body } = decide(compileProxy(mesh, hop.proxy), request, {
    trace: false,
  });
  if (status === 200) return '404';
  return body ? `${status} ${body}` : String(status);
}

/** A workload of the mesh that no policy names. */
function strangerIn({ trustDomain }: Mesh): ProxyRequest['source'] {
  const namespace = 'another-namespace';
  return {
    namespace,
    principal: `${trustDomain}/ns/${namespace}/sa/another-account`,
  };
}
