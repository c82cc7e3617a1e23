import { ProxyRequest, RequestToken, WayIn } from '../model';
import { Mesh } from '../attach/Mesh';
import {
  decideWayIn,
  WayInDecision,
  WayInOptions,
} from '../decide/decideWayIn';

/** A request that differs in one thing, and what that says. */
export interface Alternative {
  request: ProxyRequest;
  says: string;
  fix: string;
}

const VALIDITIES: Record<
  Exclude<RequestToken['validity'], 'valid'>,
  { says: string; fix: string }
> = {
  expired: {
    says: 'the proxy takes the token for expired',
    fix: 'Get a fresh token, and compare the clocks of issuer and proxy: 60 seconds of skew are allowed.',
  },
  'not-yet-valid': {
    says: 'the proxy takes the token for not yet valid',
    fix: 'Compare the clocks of issuer and proxy, and `nbf` of the token.',
  },
  'bad-signature': {
    says: "no key that the proxy has made the token's signature",
    fix: 'See whether istiod could read the key set (`istioctl proxy-config listener … -o json`, field `localJwks`): after a failed read it installs a key that signs nothing. Else the token is not from this issuer.',
  },
  'unknown-key': {
    says: "the proxy's key set has no key for the token's `kid` and `alg`",
    fix: 'After a rotation istiod reads the key set anew within 20 minutes. Compare `kid` of the token with the set at `jwksUri`.',
  },
  malformed: {
    says: 'what the proxy reads there is no JWT',
    fix: 'Look at the header as it arrives: exactly `Authorization: Bearer`, one space, the token, and nothing else.',
  },
};

/** Requests that a person may have sent instead of the one described, the likeliest first. */
function alternativesOf(request: ProxyRequest): Alternative[] {
  const tokens = request.tokens ?? [];
  const list: Alternative[] = [];
  if (tokens.length > 0) {
    list.push({
      request: { ...request, tokens: [] },
      says: 'the proxy saw no token',
      fix: 'See what arrives: a load balancer or an earlier proxy may remove the header, and `bearer` in lower case or another header counts as no token.',
    });
  }
  tokens.forEach((token, index) => {
    for (const [validity, said] of Object.entries(VALIDITIES)) {
      if (validity === token.validity) continue;
      const changed = {
        ...token,
        validity: validity as RequestToken['validity'],
      };
      list.push({
        request: { ...request, tokens: tokens.with(index, changed) },
        ...said,
      });
    }
    if (token.validity !== 'valid') {
      list.push({
        request: {
          ...request,
          tokens: tokens.with(index, { ...token, validity: 'valid' }),
        },
        says: 'the proxy accepts the token',
        fix: 'The token is valid for the proxy after all: see whose key signed it, and until when it holds.',
      });
    }
  });
  const { host, source } = request;
  if (host !== undefined && !/:\d+$/.test(host)) {
    list.push({
      request: { ...request, host: `${host}:${request.port}` },
      says: 'the client put a port into the Host header',
      fix: 'Name the host with and without port in the policy: `host` and `host:*`.',
    });
  }
  if (source?.principal !== undefined) {
    const { principal, ...rest } = source;
    list.push({
      request: { ...request, source: rest },
      says: 'the caller came without its mesh identity',
      fix: 'See whether the caller has a sidecar, and whether its traffic to this port goes through it.',
    });
  }
  return list;
}

/** The first alternative whose answer is the one that was seen. */
export function findAlternative(
  mesh: Mesh,
  wayIn: WayIn,
  request: ProxyRequest,
  isSeen: (decision: WayInDecision) => boolean,
  options: WayInOptions = {},
): Alternative | undefined {
  return alternativesOf(request).find(alternative =>
    isSeen(decideWayIn(mesh, wayIn, alternative.request, options)),
  );
}
