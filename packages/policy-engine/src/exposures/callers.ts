import { addressesAround, cidrContains } from '../match/cidr';
import { WayIn } from '../model';
import { Patterns } from './patterns';
import type { Option, Options } from './dimensions';
import { identitiesMeeting, isPlain } from './callerTexts';
import { signatureOf } from './signature';

const STRANGER_NAMESPACE = 'another-namespace';
const STRANGER_DOMAIN = 'another-domain';
const STRANGER_ACCOUNT = 'another-account';

/**
 * Who may call: anyone without certificate where plaintext is admitted, a workload that no policy
 * names, and one for each principal, namespace and service account that policies name.
 *
 * @param trustDomains - of callers whose certificates the mesh takes; its own first
 */
export function callerOptions(
  wayIn: WayIn,
  patterns: Patterns,
  trustDomains: readonly string[],
): Options {
  const certificate = wayIn.callerIdentity ?? 'none';
  const options: Option[] = [];
  if (certificate !== 'required') {
    const label =
      wayIn.kind === 'gateway' ? 'anyone' : 'a client without a certificate';
    options.push({ label, signature: 'plaintext', apply: request => request });
  }
  let complete = true;
  if (certificate !== 'none') {
    const found = principalsOf(patterns, trustDomains);
    complete = found.complete;
    for (const principal of found.principals) {
      options.push({
        label: labelOf(principal, trustDomains),
        signature: signatureOfCaller(patterns, principal),
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
  return { options, complete };
}

function labelOf(principal: string, [, ...others]: readonly string[]): string {
  const [domain, , namespace, , account] = principal.split('/');
  const isStranger =
    namespace === STRANGER_NAMESPACE && account === STRANGER_ACCOUNT;
  if (!isStranger) return principal;
  return others.includes(domain)
    ? `any other workload of trust domain ${domain}`
    : 'any other workload';
}

function signatureOfCaller({ callers }: Patterns, principal: string): string {
  return signatureOf(
    callers.map(({ pattern }) => pattern),
    `spiffe://${principal}`,
  );
}

function principalsOf(
  patterns: Patterns,
  trustDomains: readonly string[],
): { principals: string[]; complete: boolean } {
  const [trustDomain] = trustDomains;
  const stranger = identity(trustDomain, STRANGER_NAMESPACE, STRANGER_ACCOUNT);
  const namespaces = new Set([STRANGER_NAMESPACE]);
  const accounts = new Set([STRANGER_ACCOUNT]);
  const domains = new Set(trustDomains);
  const whole = new Set<string>();
  for (const matcher of patterns.callers) {
    if (matcher.on === 'namespace') {
      namespaces.add(matcher.namespace.replaceAll('*', 'x'));
    } else if (matcher.on === 'service-account') {
      for (const domain of trustDomains) {
        whole.add(identity(domain, matcher.namespace, matcher.account));
      }
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
        whole.add(completeHead(text.slice(0, -1), trustDomain));
        const namespace = /^[^/]+\/ns\/([^/]+)\//.exec(text)?.[1];
        if (namespace) namespaces.add(namespace);
      } else {
        whole.add(text);
        const [, , namespace] = text.split('/');
        if (namespace && namespaces.size < 50) namespaces.add(namespace);
      }
    }
  }
  const crossed = [...domains].flatMap(domain =>
    [...namespaces].flatMap(namespace =>
      [...accounts].map(account => identity(domain, namespace, account)),
    ),
  );
  const principals = new Set([...crossed, ...whole]);
  // Where all are plain every identity is named, or in a namespace that is, or a stranger's.
  if (patterns.callers.every(isPlain)) {
    return { principals: [...principals], complete: true };
  }
  const met = new Set(
    [...principals].map(each => signatureOfCaller(patterns, each)),
  );
  let complete = true;
  for (const domain of domains) {
    const found = identitiesMeeting(patterns.callers, domain);
    complete &&= found.complete;
    for (const each of found.identities) {
      if (!met.has(signatureOfCaller(patterns, each))) principals.add(each);
    }
  }
  return { principals: [...principals], complete };
}

function identity(domain: string, namespace: string, account: string): string {
  return `${domain}/ns/${namespace}/sa/${account}`;
}

/** Completes the beginning of a SPIFFE identity to a whole one. */
function completeHead(head: string, trustDomain: string): string {
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
