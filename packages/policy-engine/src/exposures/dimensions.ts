import { StringPattern } from '../match/stringPattern';
import { ProxyRequest, WayIn } from '../model';
import { METHODS } from '../decide/methods';
import { addressOptions, callerOptions } from './callers';
import { hostOptions } from './hostOptions';
import { Patterns } from './patterns';
import { representatives, restsBehind } from './strings';
import { serverNameOptions } from './serverNames';
import { signatureOf } from './signature';

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

/** Options, and whether every combination of patterns has one. */
export interface Options {
  options: Option[];
  complete: boolean;
}

/**
 * Splits the requests of a way in into classes that no policy and no route tells apart: one
 * dimension for each thing that some pattern compares.
 */
export function splitRequests(
  wayIn: WayIn,
  patterns: Patterns,
  trustDomain: string,
): { dimensions: Dimension[]; complete: boolean } {
  const isHttp = wayIn.hops.some(hop => hop.protocol === 'http');
  const { sourceIp, remoteIp, headers, params } = patterns;
  const parts: [Dimension['name'], Options][] = [
    ['caller', callerOptions(wayIn, patterns, trustDomain)],
    ['detail', addressOptions('ip', sourceIp)],
    ['detail', addressOptions('remoteIp', remoteIp)],
  ];
  if (isHttp) {
    parts.push(
      ['method', methodOptions(patterns)],
      ['host', hostOptions(wayIn, patterns)],
      ['path', pathOptions(patterns)],
    );
    for (const [name, found] of headers) {
      parts.push(['detail', headerOptions(name, found)]);
    }
    for (const [name, found] of params) {
      parts.push(['detail', paramOptions(name, found)]);
    }
  }
  // Last: a client that does not say otherwise names the host that it asks for.
  parts.push(['detail', serverNameOptions(wayIn, patterns)]);
  return {
    dimensions: parts
      .filter(([, { options }]) => options.length > 0)
      .map(([name, { options }]) => ({ name, options: distinct(options) })),
    complete: parts.every(([, { complete }]) => complete),
  };
}

function distinct(options: Option[]): Option[] {
  const seen = new Map<string, Option>();
  for (const option of options) {
    if (!seen.has(option.signature)) seen.set(option.signature, option);
  }
  return [...seen.values()];
}

/** HTTP/2 takes any method, so a policy cannot name them all. */
const UNNAMED_METHOD = 'UNNAMED';

function methodOptions(patterns: Patterns): Options {
  const options = [...METHODS].map(
    (method): Option => ({
      label: method,
      signature: signatureOf(patterns.method, method),
      apply: request => ({ ...request, method }),
    }),
  );
  options.push({
    label: 'a method that no policy names',
    signature: signatureOf(patterns.method, UNNAMED_METHOD),
    apply: request => ({ ...request, method: UNNAMED_METHOD, httpVersion: 2 }),
  });
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
  return { options, complete: true };
}

function pathOptions(patterns: Patterns): Options {
  const { values, ...known } = representatives(patterns.path, { start: '/' });
  let { complete } = known;
  const paths = new Set(values);
  const plain = patterns.path.filter(({ kind }) => kind !== 'regex');
  for (const { from, to } of patterns.rewrites) {
    // Paths that come out as what a later proxy compares.
    for (const path of values) {
      if (path.startsWith(to)) paths.add(`${from}${path.slice(to.length)}`);
    }
    const rests = restsBehind(plain, [from, to]);
    complete &&= rests.complete;
    for (const rest of rests.texts) paths.add(`${from}${rest}`);
  }
  const isExact = patterns.rewrites.length > 0 || patterns.usesRegex;
  const options = [...paths].map(path => ({
    label: path,
    signature: isExact ? path : signatureOf(patterns.path, path),
    apply: (request: ProxyRequest) => {
      const query = /\?.*/s.exec(request.path ?? '')?.[0] ?? '';
      return { ...request, path: `${path}${query}` };
    },
  }));
  return { options, complete };
}

function headerOptions(name: string, patterns: StringPattern[]): Options {
  return presence(`header ${name}`, patterns, (request, value) => ({
    ...request,
    headers: { ...request.headers, [name]: value },
  }));
}

function paramOptions(name: string, patterns: StringPattern[]): Options {
  return presence(`parameter ${name}`, patterns, (request, value) => {
    const path = request.path ?? '/';
    const sign = path.includes('?') ? '&' : '?';
    // As it stands: routes compare what is written, and what cannot be written never matches.
    return { ...request, path: `${path}${sign}${name}=${value}` };
  });
}

function presence(
  label: string,
  patterns: StringPattern[],
  set: (request: ProxyRequest, value: string) => ProxyRequest,
): Options {
  const { values, complete } = representatives(patterns, { start: '' });
  const absent: Option = {
    label: `no ${label}`,
    signature: 'absent',
    apply: request => request,
  };
  const options = values.map(
    (value): Option => ({
      label: `${label}: ${value}`,
      signature: signatureOf(patterns, value),
      apply: request => set(request, value),
    }),
  );
  return { options: [absent, ...options], complete };
}
