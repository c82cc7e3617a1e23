import { refOf } from '../parse';
import { JwtRuleSpec, RequestAuthenticationSpec } from '../parse/specs';
import { Stored } from '../attach/Mesh';
import { JwtProvider } from './program';

const compiled = new WeakMap<Stored, readonly JwtProvider[]>();

/** Claims that Istio always splits at spaces. */
const SPACE_DELIMITED = ['scope', 'permission'];

/** The jwtRules of one valid RequestAuthentication. */
export function compileProviders(stored: Stored): readonly JwtProvider[] {
  let providers = compiled.get(stored);
  if (!providers) {
    const spec = (stored.resource.spec ?? {}) as RequestAuthenticationSpec;
    providers = (spec.jwtRules ?? []).map((rule, index) =>
      compileProvider(stored, rule, index),
    );
    compiled.set(stored, providers);
  }
  return providers;
}

/** Istio sorts the rules of all RequestAuthentications by issuer. */
export function sortProviders(providers: JwtProvider[]): JwtProvider[] {
  return [...providers].sort((a, b) => {
    if (a.issuer === b.issuer) return 0;
    return a.issuer < b.issuer ? -1 : 1;
  });
}

function compileProvider(
  stored: Stored,
  rule: JwtRuleSpec,
  index: number,
): JwtProvider {
  const headers = (rule.fromHeaders ?? []).map(({ name, prefix }) => ({
    name: name.toLowerCase(),
    prefix: prefix ?? '',
  }));
  const params = rule.fromParams ?? [];
  const cookies = rule.fromCookies ?? [];
  const isDefault = headers.length + params.length + cookies.length === 0;
  return {
    policy: refOf(stored.resource),
    index,
    issuer: rule.issuer ?? '',
    audiences: rule.audiences ?? [],
    // Envoy reads header locations in the order of name and prefix.
    headers: isDefault
      ? [{ name: 'authorization', prefix: 'Bearer ' }]
      : headers.sort((a, b) =>
          a.name + a.prefix < b.name + b.prefix ? -1 : 1,
        ),
    params: isDefault ? ['access_token'] : [...params].sort(),
    cookies: [...cookies].sort(),
    forward: rule.forwardOriginalToken ?? false,
    ...(rule.outputPayloadToHeader
      ? { payloadHeader: rule.outputPayloadToHeader.toLowerCase() }
      : {}),
    claimHeaders: (rule.outputClaimToHeaders ?? []).map(output => ({
      header: output.header.toLowerCase(),
      claim: output.claim,
    })),
    spaceDelimited: [...SPACE_DELIMITED, ...(rule.spaceDelimitedClaims ?? [])],
    jwks: jwksOf(rule),
  };
}

function jwksOf(rule: JwtRuleSpec): JwtProvider['jwks'] {
  const uri = rule.jwksUri || rule.jwks_uri;
  if (uri) return { kind: 'uri', uri };
  return rule.jwks ? { kind: 'inline' } : { kind: 'discovery' };
}
