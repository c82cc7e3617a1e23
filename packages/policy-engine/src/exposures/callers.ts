import { addressesAround, cidrContains } from '../match/cidr';
import {
  matchesPattern,
  parseStringPattern,
  StringPattern,
} from '../match/stringPattern';
import { WayIn } from '../model';
import { Patterns } from './patterns';
import type { Option, Options } from './dimensions';
import { representatives } from './strings';

const STRANGER_NAMESPACE = 'another-namespace';
const STRANGER_DOMAIN = 'another-domain';
const STRANGER_ACCOUNT = 'another-account';

/**
 * Who may call: anyone without certificate where plaintext is admitted, a workload that no policy
 * names, and one for each principal, namespace and service account that policies name.
 */
export function callerOptions(
  wayIn: WayIn,
  patterns: Patterns,
  trustDomain: string,
): Options {
  const certificate = wayIn.callerIdentity ?? 'none';
  const options: Option[] = [];
  if (certificate !== 'required') {
    const label =
      wayIn.kind === 'gateway' ? 'anyone' : 'a client without a certificate';
    options.push({ label, signature: 'plaintext', apply: request => request });
  }
  if (certificate !== 'none') {
    for (const principal of principalsOf(patterns, trustDomain)) {
      const isStranger = principal.includes(
        `/${STRANGER_NAMESPACE}/sa/${STRANGER_ACCOUNT}`,
      );
      options.push({
        label: isStranger ? 'any other workload' : principal,
        signature: patterns.callers
          .map(({ pattern }) =>
            Number(matchesPattern(pattern, `spiffe://${principal}`)),
          )
          .join(''),
        apply: request => ({
          ...request,
          source: {
            ...request.source,
            principal,
            namespace: principal.split('/')[2],
          },
        }),
      });
    }
  }
  return { options, complete: true };
}

function principalsOf(patterns: Patterns, trustDomain: string): string[] {
  const stranger = identity(trustDomain, STRANGER_NAMESPACE, STRANGER_ACCOUNT);
  const namespaces = new Set([STRANGER_NAMESPACE]);
  const accounts = new Set([STRANGER_ACCOUNT]);
  const domains = new Set([trustDomain]);
  const whole = new Set<string>();
  const namespacePatterns: StringPattern[] = [];
  for (const matcher of patterns.callers) {
    if (matcher.on === 'namespace') {
      namespacePatterns.push(parseStringPattern(matcher.namespace));
      namespaces.add(matcher.namespace.replaceAll('*', 'x'));
    } else if (matcher.on === 'service-account') {
      whole.add(identity(trustDomain, matcher.namespace, matcher.account));
    } else if (matcher.on === 'trust-domain') {
      domains.add(STRANGER_DOMAIN);
      domains.add(matcher.domain.replace('*', 'x'));
    } else {
      const text = matcher.principal;
      if (text === '*') continue;
      if (text.startsWith('*')) {
        const account = /\/sa\/([^/]+)$/.exec(text)?.[1];
        const namespace = /\/ns\/([^/]+)\//.exec(text)?.[1];
        if (account) accounts.add(account);
        if (namespace) namespaces.add(namespace);
        if (!account) whole.add(`${stranger}${text.slice(1)}`);
      } else if (text.endsWith('*')) {
        whole.add(complete(text.slice(0, -1), trustDomain));
        const namespace = /^[^/]+\/ns\/([^/]+)\//.exec(text)?.[1];
        if (namespace) namespaces.add(namespace);
      } else {
        whole.add(text);
        const [, , namespace] = text.split('/');
        if (namespace && namespaces.size < 50) namespaces.add(namespace);
      }
    }
  }
  const { values } = representatives(namespacePatterns, { start: '' });
  values.filter(value => value !== '').forEach(value => namespaces.add(value));
  const crossed = [...domains].flatMap(domain =>
    [...namespaces].flatMap(namespace =>
      [...accounts].map(account => identity(domain, namespace, account)),
    ),
  );
  return [...new Set([...crossed, ...whole])];
}

function identity(domain: string, namespace: string, account: string): string {
  return `${domain}/ns/${namespace}/sa/${account}`;
}

/** Completes the beginning of a SPIFFE identity to a whole one. */
function complete(head: string, trustDomain: string): string {
  const model = [trustDomain, 'ns', STRANGER_NAMESPACE, 'sa', STRANGER_ACCOUNT];
  const given = head.split('/');
  const last = given.length - 1;
  const parts = model.map((part, index) => {
    if (index < last) return given[index];
    if (index > last) return part;
    if (given[index] === '') return part;
    return index % 2 === 1 ? part : `${given[index]}x`;
  });
  return [...parts, ...given.slice(model.length)].join('/');
}

/** Addresses inside and outside of every range that policies name. */
export function addressOptions(
  kind: 'ip' | 'remoteIp',
  ranges: Patterns['sourceIp'] | Patterns['remoteIp'],
): Options {
  if (ranges.length === 0) return { options: [], complete: true };
  const candidates = new Set([
    '198.51.100.7',
    '203.0.113.9',
    '8.8.8.8',
    '2001:db8:ffff::7',
    '0.0.0.0',
    '::',
  ]);
  for (const { range } of ranges) {
    for (const address of addressesAround(range)) candidates.add(address);
  }
  const options = [...candidates].map(
    (address): Option => ({
      label: `from ${address}`,
      signature: ranges
        .map(({ range }) => Number(cidrContains(range, address)))
        .join(''),
      apply: request => ({
        ...request,
        source: { ...request.source, [kind]: address },
      }),
    }),
  );
  return { options, complete: true };
}
