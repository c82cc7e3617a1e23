import { parseCidr } from '../match/cidr';
import {
  parseHeaderPattern,
  parseHostPattern,
  parsePathPattern,
  parseStringPattern,
} from '../match/stringPattern';
import { claimPath, headerName, isRewrittenHeader } from '../parse/attributes';
import {
  toNamespace,
  toPrincipals,
  toServiceAccount,
  toTrustDomains,
} from './callers';
import { Matcher } from './program';
import { parseRequestPrincipal } from './requestPrincipal';

/** What a value needs to become a matcher. */
export interface Context {
  namespace: string;
  /** The mesh's own trust domain, then its aliases. */
  trustDomains: readonly string[];
}

/** Most values become one matcher; a principal becomes one for each trust domain. */
export type ToMatchers = (text: string, context: Context) => Matcher[];

export interface Field {
  toMatchers: ToMatchers;
  httpOnly: boolean;
}

const onAnyChain = (toMatchers: ToMatchers): Field => ({
  toMatchers,
  httpOnly: false,
});
const onHttp = (toMatcher: (text: string) => Matcher): Field => ({
  toMatchers: text => [toMatcher(text)],
  httpOnly: true,
});

export const SOURCE_FIELDS: Record<string, Field> = {
  principals: onAnyChain(toPrincipals),
  requestPrincipals: onHttp(toRequestPrincipal),
  namespaces: onAnyChain(text => [toNamespace(text)]),
  trustDomains: onAnyChain(toTrustDomains),
  serviceAccounts: onAnyChain((text, { namespace }) => [
    toServiceAccount(text, namespace),
  ]),
  ipBlocks: onAnyChain(toAddress('source-ip')),
  remoteIpBlocks: onAnyChain(toAddress('remote-ip')),
};

export const OPERATION_FIELDS: Record<string, Field> = {
  hosts: onHttp(text => ({
    on: 'host',
    text,
    pattern: parseHostPattern(text),
  })),
  ports: onAnyChain(text => [toPort(text)]),
  methods: onHttp(toMethod),
  paths: onHttp(text => ({
    on: 'path',
    text,
    pattern: parsePathPattern(text),
  })),
};

/** Keys of `when` that stand alone. */
const CONDITIONS: Record<string, Field> = {
  'source.ip': SOURCE_FIELDS.ipBlocks,
  'remote.ip': SOURCE_FIELDS.remoteIpBlocks,
  'source.namespace': SOURCE_FIELDS.namespaces,
  'source.principal': SOURCE_FIELDS.principals,
  'source.trustDomain': SOURCE_FIELDS.trustDomains,
  'source.serviceAccount': SOURCE_FIELDS.serviceAccounts,
  'request.auth.principal': SOURCE_FIELDS.requestPrincipals,
  'request.auth.audiences': onHttp(toClaim(['aud'])),
  'request.auth.presenter': onHttp(toClaim(['azp'])),
  'destination.ip': onAnyChain(toAddress('destination-ip')),
  'destination.port': OPERATION_FIELDS.ports,
  'connection.sni': onAnyChain(text => [
    { on: 'sni', text, pattern: parseStringPattern(text) },
  ]),
};

/** The key must have passed validation. */
export function conditionField(key: string): Field {
  if (Object.hasOwn(CONDITIONS, key)) return CONDITIONS[key];
  const header = headerName(key);
  if (header !== undefined) return headerField(header);
  const claim = claimPath(key);
  if (claim) return onHttp(toClaim(claim));
  const reason = `${key} is read from another filter's metadata`;
  return onAnyChain(text => [{ on: 'unsupported', text, reason }]);
}

function headerField(name: string): Field {
  if (name === ':method') return onHttp(toMethod);
  if (isRewrittenHeader(name)) {
    const reason = `what stands in ${name} is up to the proxy`;
    return onHttp(text => ({ on: 'unsupported', text, reason }));
  }
  return onHttp(text => ({
    on: 'header',
    text,
    name,
    pattern: parseHeaderPattern(text),
  }));
}

function toRequestPrincipal(text: string): Matcher {
  return { on: 'request-principal', text, ...parseRequestPrincipal(text) };
}

function toMethod(text: string): Matcher {
  return { on: 'method', text, pattern: parseHeaderPattern(text) };
}

function toAddress(
  on: 'source-ip' | 'remote-ip' | 'destination-ip',
): ToMatchers {
  return text => {
    const range = parseCidr(text);
    return [
      range
        ? { on, text, range }
        : { on: 'unsupported', text, reason: `${text} is no address range` },
    ];
  };
}

function toPort(text: string): Matcher {
  return { on: 'port', text, port: Number(text) };
}

function toClaim(claim: string[]): (text: string) => Matcher {
  return text => ({
    on: 'claim',
    text,
    claim,
    pattern: parseStringPattern(text),
  });
}
