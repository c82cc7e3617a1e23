import { JwtProvider } from '../../compile/program';
import {
  Detector,
  NOTHING,
  Occurrence,
  REQUEST_AUTHENTICATION_DOCS,
} from '../detector';
import { issuerName, nameOf, proxyName } from '../rules';

export const foreignTokens: Detector = {
  id: 'foreign-tokens',
  severity: 'error',
  title: 'The gateway refuses the tokens that the service asks for',
  why: 'A RequestAuthentication on a gateway is never limited to a host or path: it checks every bearer token that passes. A token of an issuer that the gateway does not know gets 401 there, whichever service it is for.',
  fix: 'Trust the issuer at the gateway too (with `forwardOriginalToken: true`), read the gateway’s tokens from a header of their own (`fromHeaders`), or give the service a Gateway of its own.',
  link: REQUEST_AUTHENTICATION_DOCS,
  inWayIn: ({ wayIn, programs }): readonly Occurrence[] => {
    const [gateway] = programs;
    if (wayIn.kind !== 'gateway' || programs.length < 2) return NOTHING;
    if (wayIn.hops[0].protocol === 'tcp' || gateway.providers.length === 0) {
      return NOTHING;
    }
    const foreign: JwtProvider[] = [];
    for (const { providers } of programs) {
      if (providers === gateway.providers) continue;
      for (const provider of providers) {
        if (isForeign(provider, gateway.providers)) foreign.push(provider);
      }
    }
    if (foreign.length === 0) return NOTHING;
    return foreign.slice(0, 5).map(provider => {
      const blocking = gateway.providers.find(other =>
        sharesHeader(provider, other),
      );
      return {
        message: `Tokens of ${issuerName(provider.issuer)}, which ${nameOf(
          provider.policy,
        )} checks for the service, get 401 at ${proxyName(wayIn.hops[0])}: ${
          blocking ? nameOf(blocking.policy) : 'the gateway'
        } does not know the issuer.`,
        resource: blocking?.policy ?? provider.policy,
      };
    });
  },
};

/** Whether no provider of the gateway accepts the issuer, and one looks where its tokens stand. */
function isForeign(
  provider: JwtProvider,
  gateway: readonly JwtProvider[],
): boolean {
  return (
    provider.issuer !== '' &&
    !gateway.some(
      ({ issuer }) => issuer === '' || issuer === provider.issuer,
    ) &&
    gateway.some(other => sharesHeader(provider, other))
  );
}

function sharesHeader(a: JwtProvider, b: JwtProvider): boolean {
  return a.headers.some(({ name }) =>
    b.headers.some(other => other.name === name),
  );
}
