import { AttachedPolicy, IssuerUse, ProxyRef, ResourceRef } from '../model';
import { Cidr } from '../match/cidr';
import { StringPattern } from '../match/stringPattern';
import { Tri } from '../match/tri';
import { MutualTls } from '../attach/mutualTls';
import { ProxySettings } from '../attach/proxySettings';

/** One configured value, translated to what Envoy compares. `text` is the value as written. */
export type Matcher = { text: string } & (
  | { on: 'path' | 'method' | 'host' | 'sni'; pattern: StringPattern }
  /** These compare with the SPIFFE URI of the peer. */
  | ({ on: 'principal'; principal: string } & CallerPattern)
  | ({ on: 'namespace'; namespace: string } & CallerPattern)
  | ({
      on: 'service-account';
      namespace: string;
      account: string;
    } & CallerPattern)
  | { on: 'trust-domain'; domain: string; pattern: StringPattern }
  | { on: 'source-ip'; range: Cidr }
  | { on: 'remote-ip'; range: Cidr }
  | { on: 'destination-ip'; range: Cidr }
  | { on: 'request-principal'; issuer: StringPattern; subject: StringPattern }
  | { on: 'claim'; claim: readonly string[]; pattern: StringPattern }
  | { on: 'header'; name: string; pattern: StringPattern }
  | { on: 'port'; port: number }
  | { on: 'unsupported'; reason: string }
);

/** `loose` is what some versions of Istio match instead, where they differ. */
export interface CallerPattern {
  pattern: StringPattern;
  loose?: StringPattern;
}

/** OR over `matchers`, negated where `negated`. */
export interface Check {
  /** Path inside the rule, such as `from[0].source.requestPrincipals`. */
  field: string;
  negated: boolean;
  httpOnly: boolean;
  matchers: readonly Matcher[];
}

/** AND over checks; none matches everything. */
export type Clause = readonly Check[];

/** One rule: some principal clause and some permission clause must hold. */
export interface CompiledRule {
  /** Envoy's policy id, as response-code details show it. */
  id: string;
  policy: ResourceRef;
  index: number;
  principals: readonly Clause[];
  permissions: readonly Clause[];
  /** Set for the stand-in of what cannot be read: whether it matches is not known. */
  malformed?: string;
  /** CUSTOM only: what follows from a match. */
  external?: ExternalRule;
}

/** `unknown`: the provider is asked. `refused`: there is no such provider, which istiod makes a denial of. */
export interface ExternalRule {
  effect: 'unknown' | 'refused';
  why: string;
}

/** Rules of one RBAC filter, ordered by id, those for exact hosts indexed by host. */
export interface RuleSet {
  /** Whether the filter is there at all: an ALLOW filter refuses what no rule matches. */
  present: Tri;
  general: readonly CompiledRule[];
  byHost: ReadonlyMap<string, readonly CompiledRule[]>;
}

export interface RbacFilters {
  custom: RuleSet;
  audit: RuleSet;
  deny: RuleSet;
  allow: RuleSet;
  shadowDeny: RuleSet;
  shadowAllow: RuleSet;
}

export const RBAC_FILTERS: readonly (keyof RbacFilters)[] = [
  'custom',
  'audit',
  'deny',
  'allow',
  'shadowDeny',
  'shadowAllow',
];

/** One jwtRule as Envoy's jwt_authn provider. */
export interface JwtProvider {
  policy: ResourceRef;
  index: number;
  /** Empty: any issuer. */
  issuer: string;
  audiences: readonly string[];
  /** `audiences` as they are compared. */
  allowedAudiences: ReadonlySet<string>;
  headers: readonly { name: string; prefix: string }[];
  params: readonly string[];
  cookies: readonly string[];
  forward: boolean;
  payloadHeader?: string;
  claimHeaders: readonly { header: string; claim: string }[];
  spaceDelimited: readonly string[];
  jwks: IssuerUse['jwks'];
  /** What stands for how the jwtRule is written: mostly the same object where two are written alike. */
  writing: object;
}

/** What a request must have for jwt_authn to do anything with it. */
export interface TokenPlaces {
  /** Names of headers in which some provider looks for tokens, `cookie` among them. */
  headers: readonly string[];
  query: boolean;
  /** Names of headers that some provider writes, and takes out first, token or not. */
  outputs: readonly string[];
}

/**
 * Everything that one proxy does with a request, ready to be run by `decide`. Holds no reference to
 * the mesh; treat it as opaque.
 *
 * @public
 */
export interface Program {
  proxy: ProxyRef;
  policies: readonly AttachedPolicy[];
  /** @internal */
  providers: readonly JwtProvider[];
  /** @internal */
  tokenPlaces: TokenPlaces;
  /** @internal Malformed RequestAuthentications: with them no token's fate is known. */
  malformedProviders: readonly string[];
  /** @internal */
  http: RbacFilters;
  /** @internal */
  tcp: RbacFilters;
  /** @internal Absent for gateways. */
  mutualTls?: MutualTls;
  /** @internal */
  settings: ProxySettings;
  /** @internal Reasons why no answer of this proxy can be told, in sentences. */
  opaque: readonly string[];
}

/** Index key of a host: lower case, without port. */
export function bareHost(host: string): string {
  const lower = host.toLowerCase();
  const end = lower.startsWith('[')
    ? lower.indexOf(']') + 1
    : lower.indexOf(':');
  return end > 0 ? lower.slice(0, end) : lower;
}
