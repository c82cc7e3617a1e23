import { matchesPattern, StringPattern } from '../match/stringPattern';
import { ProxyRequest, WayIn } from '../model';
import { isSubsetHost } from '../attach/hosts';
import { bareHost } from '../compile/program';
import { addressOptions, callerOptions } from './callers';
import { Patterns } from './patterns';
import { representatives } from './strings';

/** One class of values along a dimension, with a value that stands for it. */
export interface Option {
  label: string;
  /** Options with equal signatures meet the same patterns; one of them is kept. */
  signature: string;
  apply(request: ProxyRequest): ProxyRequest;
}

export interface Dimension {
  name: 'caller' | 'method' | 'host' | 'path' | 'detail';
  options: Option[];
}

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'PROPFIND',
  'REPORT',
  'LOCK',
];

/**
 * Splits the requests of a way in into classes that no policy and no route tells apart: one
 * dimension for each thing that some pattern compares.
 */
export function splitRequests(
  wayIn: WayIn,
  patterns: Patterns,
  trustDomain: string,
): Dimension[] {
  const isHttp = wayIn.hops.some(hop => hop.protocol === 'http');
  const dimensions: Dimension[] = [
    { name: 'caller', options: callerOptions(wayIn, patterns, trustDomain) },
    { name: 'detail', options: addressOptions('ip', patterns.sourceIp) },
    { name: 'detail', options: addressOptions('remoteIp', patterns.remoteIp) },
    { name: 'detail', options: sniOptions(wayIn, patterns) },
  ];
  if (isHttp) {
    dimensions.push(
      { name: 'method', options: methodOptions(patterns) },
      { name: 'host', options: hostOptions(wayIn, patterns) },
      { name: 'path', options: pathOptions(patterns) },
      ...[...patterns.headers].map(
        ([name, found]): Dimension => ({
          name: 'detail',
          options: headerOptions(name, found),
        }),
      ),
      ...[...patterns.params].map(
        ([name, found]): Dimension => ({
          name: 'detail',
          options: paramOptions(name, found),
        }),
      ),
    );
  }
  return dimensions
    .filter(({ options }) => options.length > 0)
    .map(({ name, options }) => ({ name, options: distinct(options) }));
}

function distinct(options: Option[]): Option[] {
  const seen = new Map<string, Option>();
  for (const option of options) {
    if (!seen.has(option.signature)) seen.set(option.signature, option);
  }
  return [...seen.values()];
}

function signatureOf(
  patterns: readonly StringPattern[],
  value: string,
): string {
  return patterns
    .map(pattern => Number(matchesPattern(pattern, value)))
    .join('');
}

function methodOptions(patterns: Patterns): Option[] {
  const named = patterns.method.flatMap(pattern =>
    pattern.kind === 'exact'
      ? [pattern.value]
      : METHODS.filter(method => matchesPattern(pattern, method)),
  );
  const options = [...new Set([...METHODS, ...named])].map(
    (method): Option => ({
      label: method,
      signature: signatureOf(patterns.method, method),
      apply: request => ({ ...request, method }),
    }),
  );
  if (patterns.method.length + patterns.headers.size > 0) {
    options.push({
      label: 'CORS preflight OPTIONS',
      signature: 'preflight',
      apply: request => ({
        ...request,
        method: 'OPTIONS',
        headers: {
          ...request.headers,
          origin: 'https://client.example',
          'access-control-request-method': 'GET',
        },
      }),
    });
  }
  return options;
}

function hostOptions(wayIn: WayIn, patterns: Patterns): Option[] {
  const hosts = new Set<string>();
  const scope = wayIn.kind === 'gateway' ? wayIn.host : '*';
  if (wayIn.host !== '*') {
    hosts.add(
      wayIn.host.startsWith('*') ? `x${wayIn.host.slice(1)}` : wayIn.host,
    );
  }
  const end = scope.startsWith('*') ? scope.slice(1) : undefined;
  if (end !== undefined) {
    for (const value of representatives(patterns.host, { start: '', end }))
      hosts.add(value);
    // With the way in's own suffix the patterns' own hosts are not lost.
    for (const value of representatives(patterns.host, { start: '' }))
      hosts.add(value);
  }
  for (const pattern of patterns.host) {
    if (pattern.kind === 'exact') hosts.add(pattern.value);
    if (pattern.kind === 'prefix' && pattern.value.endsWith(':')) {
      hosts.add(pattern.value.slice(0, -1));
    }
  }
  const inScope = [...hosts].filter(
    host =>
      host !== '' &&
      !host.startsWith(':') &&
      isSubsetHost(bareHost(host), scope),
  );
  const withPorts =
    patterns.host.length === 0
      ? inScope
      : inScope.flatMap(host =>
          host.includes(':')
            ? [host]
            : [host, `${host}:${wayIn.port}`, `${host}:1`],
        );
  return withPorts.map(host => ({
    label: host,
    signature: `${signatureOf(patterns.host, host)}${
      scope.startsWith('*') && wayIn.kind === 'gateway' ? bareHost(host) : ''
    }`,
    apply: request => ({
      ...request,
      host,
      ...(wayIn.protocol === 'https' ? { sni: bareHost(host) } : {}),
    }),
  }));
}

function sniOptions(wayIn: WayIn, patterns: Patterns): Option[] {
  if (patterns.sni.length === 0) return [];
  const plain = wayIn.protocol === 'http' || wayIn.protocol === 'tcp';
  // Mutual TLS inside the mesh carries a server name of Istio's own.
  if (plain) return [];
  return [...representatives(patterns.sni, { start: '' }), bareHost(wayIn.host)]
    .filter(sni => sni !== '' && isSubsetHost(sni, wayIn.host))
    .map(sni => ({
      label: `SNI ${sni}`,
      signature: signatureOf(patterns.sni, sni),
      apply: request => ({ ...request, sni }),
    }));
}

function pathOptions(patterns: Patterns): Option[] {
  const paths = representatives(patterns.path, { start: '/' });
  for (const { from, to } of patterns.rewrites) {
    // Paths that come out as what a later proxy compares.
    for (const path of [...paths]) {
      if (path.startsWith(to)) paths.push(`${from}${path.slice(to.length)}`);
    }
  }
  return [...new Set(paths)].map(path => ({
    label: path,
    signature:
      patterns.rewrites.length > 0 || patterns.usesRegex
        ? path
        : signatureOf(patterns.path, path),
    apply: request => ({
      ...request,
      path: `${path}${
        request.path?.includes('?')
          ? request.path.slice(request.path.indexOf('?'))
          : ''
      }`,
    }),
  }));
}

function headerOptions(name: string, patterns: StringPattern[]): Option[] {
  return presence(`header ${name}`, patterns, (request, value) => ({
    ...request,
    headers: { ...request.headers, [name]: value },
  }));
}

function paramOptions(name: string, patterns: StringPattern[]): Option[] {
  return presence(`parameter ${name}`, patterns, (request, value) => {
    const path = request.path ?? '/';
    const pair = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
    return {
      ...request,
      path: `${path}${path.includes('?') ? '&' : '?'}${pair}`,
    };
  });
}

function presence(
  label: string,
  patterns: StringPattern[],
  set: (request: ProxyRequest, value: string) => ProxyRequest,
): Option[] {
  return [
    { label: `no ${label}`, signature: 'absent', apply: request => request },
    ...representatives(patterns, { start: '' }).map(
      (value): Option => ({
        label: `${label}: ${value}`,
        signature: signatureOf(patterns, value),
        apply: request => set(request, value),
      }),
    ),
  ];
}
