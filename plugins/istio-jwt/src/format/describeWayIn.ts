import { WayIn } from 'istio-jwt-policy-engine';
import { countThings } from './formatCount';

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
  // What is below a path stands for the path as well.
  const [first = '', ...others] = paths.filter(
    each => !paths.includes(`${each}/*`),
  );
  const more =
    others.length > 0 ? ` and ${countThings(others.length, 'more path')}` : '';
  const path = `${first}${more}`;
  if (host === '*')
    return `Any host, ${protocol}, port ${port}${path && ` ${path}`}`;
  return `${protocol}://${host}${shownPort}${path}`;
}

/** From where. */
export function describeOrigin({ kind }: Pick<WayIn, 'kind'>): string {
  return kind === 'gateway' ? 'Through a gateway' : 'Inside the mesh';
}
