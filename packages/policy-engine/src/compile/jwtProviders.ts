import { refOf } from '../parse';
import { JwtRuleSpec, RequestAuthenticationSpec } from '../parse/specs';
import { Stored } from '../attach/Stored';
import { JwtProvider, TokenPlaces } from './program';

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

/** Where requests may carry tokens of these providers, and which headers these write. */
export function placesOf(providers: readonly JwtProvider[]): TokenPlaces {
  const headers = new Set<string>();
  for (const provider of providers) {
    provider.headers.forEach(({ name }) => headers.add(name));
    if (provider.cookies.length > 0) headers.add('cookie');
  }
  return {
    headers: [...headers],
    query: providers.some(({ params }) => params.length > 0),
    outputs: [...new Set(providers.flatMap(outputsOf))],
  };
}

/** Names of the headers that a provider writes, in lower case. */
export function outputsOf({
  claimHeaders,
  payloadHeader,
}: JwtProvider): string[] {
  const names = claimHeaders.map(({ header }) => header);
  return payloadHeader === undefined ? names : [payloadHeader, ...names];
}

const DEFAULT_HEADERS = [{ name: 'authorization', prefix: 'Bearer ' }];
const DEFAULT_PARAMS = ['access_token'];
const NO_COOKIES: string[] = [];

/** Where in a header a provider looks for tokens. */
type HeaderPlace = JwtProvider['headers'][number];

/** What a provider has of its jwtRule. */
type ProviderParts = Omit<JwtProvider, 'policy' | 'index'>;

/** Kinds of jwtRules kept: those of a large mesh repeat each other. */
const MAX_KNOWN = 1000;

const knownParts = new Map<string, ProviderParts>();

function compileProvider(
  stored: Stored,
  rule: JwtRuleSpec,
  index: number,
): JwtProvider {
  const text = JSON.stringify(rule);
  let parts = knownParts.get(text);
  if (!parts) {
    if (knownParts.size >= MAX_KNOWN) knownParts.clear();
    knownParts.set(text, (parts = compileParts(rule)));
  }
  return { policy: refOf(stored.resource), index, ...parts };
}

function compileParts(rule: JwtRuleSpec): ProviderParts {
  const headers = distinctHeaders(rule);
  const params = [...new Set(rule.fromParams)];
  const cookies = [...new Set(rule.fromCookies)];
  const isDefault = headers.length + params.length + cookies.length === 0;
  return {
    issuer: rule.issuer ?? '',
    audiences: rule.audiences ?? [],
    allowedAudiences: new Set((rule.audiences ?? []).map(sanitizeAudience)),
    // Envoy reads header locations in the order of name and prefix.
    headers: isDefault
      ? DEFAULT_HEADERS
      : headers.sort((a, b) =>
          a.name + a.prefix < b.name + b.prefix ? -1 : 1,
        ),
    params: isDefault ? DEFAULT_PARAMS : params.sort(),
    cookies: isDefault ? NO_COOKIES : cookies.sort(),
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
    writing: {},
  };
}

/** Envoy keeps locations under name and prefix, written one behind the other; the first stays. */
function distinctHeaders({ fromHeaders }: JwtRuleSpec): HeaderPlace[] {
  const places = new Map<string, HeaderPlace>();
  for (const { name, prefix = '' } of fromHeaders ?? []) {
    const place = { name: name.toLowerCase(), prefix };
    const key = place.name + prefix;
    if (!places.has(key)) places.set(key, place);
  }
  return [...places.values()];
}

/** As Envoy's CheckAudience compares: without scheme and without trailing slash. */
export function sanitizeAudience(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

function jwksOf(rule: JwtRuleSpec): JwtProvider['jwks'] {
  const uri = rule.jwksUri || rule.jwks_uri;
  if (uri) return { kind: 'uri', uri };
  return rule.jwks ? { kind: 'inline' } : { kind: 'discovery' };
}
