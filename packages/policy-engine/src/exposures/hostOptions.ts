import { StringPattern } from '../match/stringPattern';
import { WayIn } from '../model';
import { isSubsetHost } from '../attach/hosts';
import { bareHost } from '../compile/program';
import type { Options } from './dimensions';
import { Patterns } from './patterns';
import { representatives } from './strings';
import { signatureOf } from './signature';

/**
 * Host headers that reach the way in: names in its scope, each without port, with its own port, and
 * with every port that a pattern names. Inside the mesh a client may send any name.
 */
export function hostOptions(wayIn: WayIn, patterns: Patterns): Options {
  const scope = wayIn.kind === 'gateway' ? wayIn.host : '*';
  const { names, complete } = namesIn(scope, wayIn.host, patterns.host);
  const ports = new Set(['', `:${wayIn.port}`, ':1']);
  for (const pattern of patterns.host) {
    const port = 'value' in pattern && /:?(\d+)$/.exec(pattern.value)?.[1];
    if (port) ports.add(`:${port}`);
  }
  const hosts =
    patterns.host.length === 0
      ? names
      : names.flatMap(name =>
          bareHost(name) === name
            ? [...ports].map(port => `${name}${port}`)
            : [name],
        );
  // Under a wildcard other routes may take some of the names.
  const isWide = scope.startsWith('*') && wayIn.kind === 'gateway';
  return {
    complete,
    options: hosts.map(host => ({
      label: host,
      signature: `${signatureOf(patterns.host, host)}${
        isWide ? bareHost(host) : ''
      }`,
      apply: request => ({
        ...request,
        host,
        ...(wayIn.protocol === 'https' ? { sni: bareHost(host) } : {}),
      }),
    })),
  };
}

function namesIn(
  scope: string,
  own: string,
  patterns: readonly StringPattern[],
): { names: string[]; complete: boolean } {
  const example = own.startsWith('*') ? `x${own.slice(1)}` : own;
  const named = patterns.flatMap(pattern =>
    pattern.kind === 'exact' || pattern.kind === 'prefix'
      ? [pattern.value, bareHost(pattern.value)]
      : [],
  );
  const found = new Set([...(own === '*' ? [] : [example]), ...named]);
  let complete = true;
  if (scope.startsWith('*')) {
    for (const end of new Set([scope.slice(1), ''])) {
      const made = representatives(patterns, { start: '', end });
      complete &&= made.complete;
      made.values.forEach(value => found.add(value));
    }
  }
  const names = [...found].filter(
    name =>
      name !== '' &&
      !name.startsWith(':') &&
      isSubsetHost(bareHost(name), scope),
  );
  return { names, complete };
}
