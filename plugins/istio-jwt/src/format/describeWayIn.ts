import { WayIn } from 'istio-jwt-policy-engine';

const DEFAULT_PORTS: Partial<Record<string, number>> = {
  http: 80,
  https: 443,
};

/** Where a client sends requests, such as `https://shop.example/api/*`. */
export function describeWayIn({
  protocol,
  host,
  port,
  paths,
}: Pick<WayIn, 'host' | 'port' | 'paths'> & { protocol: string }): string {
  const shownPort = DEFAULT_PORTS[protocol] === port ? '' : `:${port}`;
  const more = paths.length > 1 ? ` and ${paths.length - 1} more paths` : '';
  const path = `${paths[0] ?? ''}${more}`;
  if (host === '*')
    return `Any host, ${protocol}, port ${port}${path && ` ${path}`}`;
  return `${protocol}://${host}${shownPort}${path}`;
}

/** From where. */
export function describeOrigin({ kind }: Pick<WayIn, 'kind'>): string {
  return kind === 'gateway' ? 'Through a gateway' : 'Inside the mesh';
}
