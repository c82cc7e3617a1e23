import {
  ownRegexPattern,
  parsePrincipalPattern,
  quoteRegex,
  regexPattern,
  StringPattern,
} from '../match/stringPattern';
import type { Matcher } from './program';
import type { Context } from './matchers';
import { expandTrustDomains } from './trustDomains';

/** Matchers on the SPIFFE URI of the peer. */

export function toPrincipals(
  text: string,
  { trustDomains }: Context,
): Matcher[] {
  return expandTrustDomains(text, trustDomains).map(principal => ({
    on: 'principal',
    text,
    principal,
    ...withLoose(quote => parsePrincipalPattern(principal, quote)),
  }));
}

export function toNamespace(text: string): Matcher {
  return {
    on: 'namespace',
    text,
    namespace: text,
    ...withLoose((quote, compile) =>
      compile(`.*/ns/${text.split('*').map(quote).join('.*')}/.*`),
    ),
  };
}

/** `NAME` of the policy's own namespace, or `NAMESPACE/NAME`. */
export function toServiceAccount(text: string, ownNamespace: string): Matcher {
  const cut = text.indexOf('/');
  const namespace = cut < 0 ? ownNamespace : text.slice(0, cut);
  const account = text.slice(cut + 1);
  return {
    on: 'service-account',
    text,
    namespace,
    account,
    ...withLoose((quote, compile) =>
      compile(
        `spiffe://.+/ns/${quote(namespace)}/(.+/|)sa/${quote(account)}(/.+)?`,
      ),
    ),
  };
}

/** One of the mesh's trust domains stands for all of them. */
export function toTrustDomains(
  text: string,
  { trustDomains }: Context,
): Matcher[] {
  const values = trustDomains.includes(text) ? trustDomains : [text];
  return values.map(domain => ({
    on: 'trust-domain',
    text,
    domain,
    pattern: trustDomainPattern(domain),
  }));
}

function trustDomainPattern(
  domain: string,
): { kind: 'prefix'; value: string } | ReturnType<typeof ownRegexPattern> {
  if (domain === '*') return { kind: 'prefix', value: 'spiffe://' };
  const cut = domain.indexOf('*');
  if (cut < 0) return { kind: 'prefix', value: `spiffe://${domain}/` };
  const head = quoteRegex(domain.slice(0, cut));
  const tail = quoteRegex(domain.slice(cut + 1));
  return ownRegexPattern(`spiffe://${head}[^/]*${tail}/.*`);
}

/**
 * Istio's versions differ in whether they quote what stands in these regular expressions. `loose` is
 * there where an unquoted character could match more.
 */
function withLoose<T>(
  build: (
    quote: (text: string) => string,
    compile: (source: string) => StringPattern,
  ) => T,
): { pattern: T; loose?: T } {
  const pattern = build(quoteRegex, ownRegexPattern);
  const loose = build(text => text, regexPattern);
  return JSON.stringify(pattern) === JSON.stringify(loose)
    ? { pattern }
    : { pattern, loose };
}
