import { bareHost } from '../compile/program';
import type { ProxyRequest, WayIn } from '../model';

/** What of a way in says how its requests begin. @public */
export type Beginning = Pick<
  WayIn,
  'hops' | 'port' | 'protocol' | 'requiredHeaders'
>;

/** What every request to a way in has, whatever host it asks for: its first hop, and the headers without which no route takes it. */
export function beginRequest({
  hops: [first],
  port,
  requiredHeaders,
}: Beginning): ProxyRequest {
  return {
    port: first?.port ?? port,
    protocol: first?.protocol ?? 'http',
    ...(requiredHeaders ? { headers: requiredHeaders } : {}),
  };
}

/** A host that a way in is for: its own, or one under its wildcard. @public */
export function hostUnder({ host }: Pick<WayIn, 'host'>): string {
  return host.replace(/^\*\.?/, 'any.');
}

/** A path that the routes of a way in take, as a person would type it. @public */
export function pathUnder({ paths }: Pick<WayIn, 'paths'>): string {
  const path = paths.find(pattern => /^\/[\w\-./]*\*?$/.test(pattern));
  return path?.replace(/\*$/, '') ?? '/';
}

/**
 * A request to a way in as an ordinary client begins it, without method and path.
 *
 * @param serverName - of TLS, with or without a port; by default the host that is asked for
 * @public
 */
export function requestTo(
  wayIn: Beginning,
  host: string,
  serverName = host,
): ProxyRequest {
  return {
    ...beginRequest(wayIn),
    host,
    ...(wayIn.protocol === 'https' ? { sni: bareHost(serverName) } : {}),
  };
}
