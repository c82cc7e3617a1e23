import type { IncomingMessage } from 'node:http';
import {
  compileProxy,
  decide,
  Decision,
  matchRoute,
  Mesh,
  ProxyRef,
  ProxyRequest,
  RequestToken,
} from 'istio-jwt-policy-engine';
import { DemoKeys } from '../issuer/DemoKeys';
import { Answer } from './answer';
import { extractTokens, FoundToken, listLocations } from './extractTokens';
import { listJwtRules } from './jwtRules';
import { MeshFeed } from './MeshFeed';
import { passOn, VerifiedToken } from './passOn';
import { Backend, findBackends } from './proxies';
import { hideCredentials, readHeaders, readPath } from './requests';
import { verifyToken } from './verifyToken';

/** One listener of a gateway. @internal */
export interface GatewayListener {
  /** The gateway's own Service. */
  service: { namespace: string; name: string };
  port: number;
}

interface Arrival {
  request: ProxyRequest;
  headers: Record<string, string>;
}

interface HopResult {
  decision: Decision;
  /** Envoy's words for a token that cannot be parsed. */
  malformed?: string;
  rules: Record<string, unknown>[];
  seen: FoundToken[];
  verified: VerifiedToken[];
}

const TRUST_DOMAIN = 'cluster.local';

/** Carries a request through gateway and sidecar, each deciding on what it runs on. @internal */
export class GatewayProxy {
  constructor(
    private readonly feed: MeshFeed,
    private readonly keys: DemoKeys,
  ) {}

  async answer(
    listener: GatewayListener,
    incoming: IncomingMessage,
  ): Promise<Answer> {
    const mesh = this.feed.meshOf(listener.service);
    const [gateway] = findBackends(mesh, listener.service, listener.port);
    if (!gateway) {
      return { kind: 'close' };
    }
    const headers = readHeaders(incoming);
    const arrival: Arrival = {
      headers,
      request: {
        port: gateway.port,
        protocol: 'http',
        method: incoming.method,
        host: headers.host,
        path: readPath(incoming),
        headers,
        source: { ip: incoming.socket.remoteAddress?.replace('::ffff:', '') },
      },
    };
    const atGateway = await this.#decide(mesh, gateway.proxy, arrival);
    if (atGateway.decision.status !== 200) {
      return refuse(atGateway);
    }
    const route = matchRoute(mesh, gateway.proxy, atGateway.request);
    switch (route.kind) {
      case 'not-found':
        return { kind: 'empty', status: 404 };
      case 'redirect':
        return {
          kind: 'empty',
          status: route.status,
          location: route.location,
        };
      case 'direct-response':
        return { kind: 'empty', status: route.status };
      case 'unknown':
        return undecided(route.reason);
      default:
        return this.#forward(route, gateway, arrival, atGateway);
    }
  }

  async #forward(
    route: { service: { namespace: string; name: string }; port: number },
    gateway: Backend,
    arrival: Arrival,
    atGateway: HopResult,
  ): Promise<Answer> {
    const mesh = this.feed.meshOf(route.service);
    const [workload] = findBackends(mesh, route.service, route.port);
    if (!workload) {
      return { kind: 'text', status: 503, body: 'no healthy upstream' };
    }
    const { headers, path } = passOn(
      { headers: arrival.headers, path: arrival.request.path ?? '/' },
      atGateway.rules,
      atGateway.verified,
    );
    let received = { headers, path };
    let seen = atGateway.seen;
    if (workload.proxy.kind !== 'none') {
      const { namespace } = gateway.proxy;
      const atWorkload = await this.#decide(mesh, workload.proxy, {
        headers,
        request: {
          ...arrival.request,
          headers,
          path,
          port: workload.port,
          source: {
            principal: `${TRUST_DOMAIN}/ns/${namespace}/sa/${gateway.serviceAccount}`,
            namespace,
            ip: gateway.ip,
            remoteIp: arrival.request.source?.ip,
          },
        },
      });
      if (atWorkload.decision.status !== 200) {
        return refuse(atWorkload);
      }
      seen = [...seen, ...atWorkload.seen];
      received = passOn(received, atWorkload.rules, atWorkload.verified);
    }
    return {
      kind: 'json',
      body: {
        sandbox: true,
        service: `${route.service.namespace}/${route.service.name}`,
        pod: workload.pod,
        method: arrival.request.method,
        path: received.path.split('?')[0],
        headers: hideCredentials(received.headers, seen),
      },
    };
  }

  async #decide(
    mesh: Mesh,
    proxy: ProxyRef,
    arrival: Arrival,
  ): Promise<HopResult & { request: ProxyRequest }> {
    const program = compileProxy(mesh, proxy);
    const rules = listJwtRules(mesh, program);
    const seen = extractTokens(
      rules.flatMap(listLocations),
      arrival.headers,
      arrival.request.path ?? '/',
    );
    let malformed: string | undefined;
    const tokens: RequestToken[] = [];
    const verified: VerifiedToken[] = [];
    for (const found of seen) {
      const verdict = await verifyToken(found.token, rules, this.keys);
      malformed ??= verdict.body;
      const { in: place, name, prefix } = found;
      const { validity, claims } = verdict;
      if (validity === 'valid') {
        verified.push({ ...found, claims });
      }
      tokens.push({ in: place, name, prefix, validity, claims });
    }
    const request = { ...arrival.request, tokens };
    const decision = decide(program, request);
    return { decision, malformed, rules, seen, verified, request };
  }
}

function refuse({ decision, malformed }: HopResult): Answer {
  switch (decision.status) {
    case 'closed':
      return { kind: 'close' };
    case 'unknown':
      return undecided(decision.trace.at(-1)?.message ?? 'no reason given');
    default: {
      const fromJwt = decision.trace.at(-1)?.filter === 'jwt_authn';
      return {
        kind: 'text',
        status: decision.status,
        body: (fromJwt && malformed) || (decision.body ?? ''),
        challenge: fromJwt,
      };
    }
  }
}

function undecided(reason: string): Answer {
  return {
    kind: 'text',
    status: 503,
    body: `The sandbox cannot decide this request: ${reason}`,
  };
}
