import { StringPattern } from '../match/stringPattern';
import { WayIn } from '../model';
import { isSubsetHost } from '../attach/hosts';
import { bareHost } from '../compile/program';
import type { Options } from './dimensions';
import { portsOf } from './hostPorts';
import { Patterns } from './patterns';
import { representatives } from './strings';
import { signatureOf } from './signature';

/**
 * Host headers that reach the way in: names in its scope as routes tell their spellings apart, each without
 * port, with its own port, and with every port that patterns tell apart. Inside the mesh a client may send any
 * name.
 */
export function hostOptions(wayIn: WayIn, patterns: Patterns): Options {
  const scope = wayIn.kind === 'gateway' ? wayIn.host : '*';
  const { host: byPolicies, authority: byRoutes } = patterns;
  const compared = [...byPolicies, ...byRoutes];
  const found = namesIn(scope, wayIn.host, compared);
  let { complete } = found;
  const names = found.names.flatMap(name => spellingsOf(name, byRoutes));
  const hosts = names.flatMap(name => {
    if (compared.length === 0 || bareHost(name) !== name.toLowerCase()) {
      return [name];
    }
    const ports = portsOf(name, wayIn.port, patterns);
    complete &&= ports.complete;
    return [name, ...ports.values.map(port => `${name}:${port}`)];
  });
  // Under a wildcard other routes may take some of the names.
  const isWide = scope.startsWith('*') && wayIn.kind === 'gateway';
  return {
    complete,
    options: hosts.map(host => ({
      label: host,
      signature: [
        signatureOf(byPolicies, host.toLowerCase()),
        signatureOf(byRoutes, host),
        isWide ? bareHost(host) : '',
      ].join(' '),
      apply: request => ({
        ...request,
        host,
        ...(wayIn.protocol === 'https' ? { sni: bareHost(host) } : {}),
      }),
    })),
  };
}

/**
 * A name as it stands, and as no route spells it behind what some route compares with: routes mind the case of a
 * host, while its virtual host and policies do not.
 */
function spellingsOf(
  name: string,
  byRoutes: readonly StringPattern[],
): string[] {
  if (byRoutes.length === 0) return [name];
  const spellings = new Set([name, name.toUpperCase()]);
  for (const pattern of byRoutes) {
    if (pattern.kind !== 'exact' && pattern.kind !== 'prefix') continue;
    const { value } = pattern;
    const rest = name.slice(value.length);
    if (!name.toLowerCase().startsWith(value.toLowerCase())) continue;
    spellings.add(`${value}${rest}`).add(`${value}${rest.toUpperCase()}`);
  }
  return [...spellings];
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
