import { WayInStatus } from 'backstage-plugin-istio-jwt-common';
import {
  hostUnder,
  ProxyRequest,
  RequestToken,
  requestTo,
} from 'istio-jwt-policy-engine';
import { DecodedToken } from './decodeToken';
import { AUTHORIZATION, TokenPlace } from './listPlaces';

/** A workload of the mesh that no policy names. */
const STRANGER = {
  namespace: 'another-namespace',
  principal: 'cluster.local/ns/another-namespace/sa/another-account',
};

/** What is asked for, as a person says it. */
export interface AskedRequest {
  method: string;
  path: string;
  /** Where the token is sent. Default: `Authorization: Bearer`. */
  place?: TokenPlace;
}

/** The request that the engine decides: as a client sends it to the first hop. */
export function composeRequest(
  wayIn: WayInStatus,
  { method, path, place = AUTHORIZATION }: AskedRequest,
  token: DecodedToken,
  validity: RequestToken['validity'],
): ProxyRequest {
  const asked: ProxyRequest = {
    ...requestTo(wayIn, hostUnder(wayIn)),
    method,
    path,
    ...(wayIn.kind === 'in-mesh' && wayIn.callerIdentity !== 'none'
      ? { source: STRANGER }
      : {}),
  };
  switch (token.kind) {
    case 'none':
      return asked;
    case 'not-a-jwt':
      // Envoy's words for what is wrong depend on the text.
      return addRaw(asked, place, token.text);
    default:
      return {
        ...asked,
        tokens: [
          {
            in: place.in,
            name: place.name,
            ...(place.in === 'header' ? { prefix: place.prefix } : {}),
            validity,
            claims: token.claims,
          },
        ],
      };
  }
}

function addRaw(
  asked: ProxyRequest,
  { in: where, name, prefix }: TokenPlace,
  text: string,
): ProxyRequest {
  switch (where) {
    case 'query': {
      const query = new URLSearchParams({ [name]: text });
      return { ...asked, path: `${asked.path?.split('?')[0]}?${query}` };
    }
    case 'cookie':
      return withHeader(asked, 'cookie', `${name}=${text}`);
    default:
      return withHeader(asked, name, `${prefix}${text}`);
  }
}

function withHeader(
  asked: ProxyRequest,
  name: string,
  value: string,
): ProxyRequest {
  return { ...asked, headers: { ...asked.headers, [name]: value } };
}
