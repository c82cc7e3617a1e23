import { assessService } from '../../assess/assessService';
import { Mesh } from '../../attach/Mesh';
import { WayInAssessment } from '../../model';

/** What a person said of where a request went. */
export interface WayInChoice {
  service?: string;
  wayIn?: string;
  host?: string;
}

export interface Candidate {
  service: string;
  way: WayInAssessment;
}

/** Ways in that fit what was said; of several, the one to take is for the person to say. */
export function findWaysIn(mesh: Mesh, choice: WayInChoice): Candidate[] {
  const { service, wayIn, host } = choice;
  const all = mesh
    .services()
    .filter(
      ({ namespace, name }) =>
        service === undefined ||
        service === `${namespace}/${name}` ||
        service === name,
    )
    .flatMap(ref =>
      assessService(mesh, ref).waysIn.map(way => ({
        service: `${ref.namespace}/${ref.name}`,
        way,
      })),
    );
  const named =
    wayIn === undefined ? all : all.filter(({ way }) => way.id === wayIn);
  if (host === undefined || wayIn !== undefined) return named;
  const bare = host.replace(/:\d+$/, '').toLowerCase();
  const exact = named.filter(({ way }) => way.host.toLowerCase() === bare);
  return exact.length > 0
    ? exact
    : named.filter(({ way }) => hostMatches(way.host.toLowerCase(), bare));
}

const LISTED = 10;

/** Which part of what was said fits nothing, and what there is instead. */
export function describeNoWay(mesh: Mesh, choice: WayInChoice): string {
  const { service, wayIn, host } = choice;
  const all = findWaysIn(mesh, {});
  const list = (items: readonly string[]) => {
    const names = [...new Set(items)];
    const rest = names.length - LISTED;
    const more = rest > 0 ? ` and ${rest} more` : '';
    return `${names.slice(0, LISTED).join(', ')}${more}`;
  };
  if (all.length === 0) return 'no Service was read, so there is no way in';
  const known = mesh.services().map(item => `${item.namespace}/${item.name}`);
  if (
    service !== undefined &&
    !known.some(item => item === service || item.endsWith(`/${service}`))
  ) {
    return `there is no Service ${service}; there is ${list(known)}`;
  }
  const ways = findWaysIn(mesh, { service });
  if (ways.length === 0) return `Service ${service} has no way in`;
  if (wayIn !== undefined && !ways.some(({ way }) => way.id === wayIn)) {
    const ids = ways.map(({ way }) => way.id);
    return `there is no way in ${wayIn}; there is ${list(ids)}`;
  }
  const hosts = ways.map(({ way }) => way.host);
  return `no way in has the host ${host}; there is ${list(hosts)}`;
}

/** One line about a way in. */
export function describeWayIn({ service, way }: Candidate): string {
  const { kind, host, port, protocol, paths, id, state } = way;
  const where = paths.length > 0 ? ` ${paths.join(', ')}` : '';
  return `${service} by ${
    kind === 'gateway' ? 'the gateway' : 'the mesh'
  }: ${protocol} ${host}:${port}${where} (${state}) --way-in ${id}`;
}

function hostMatches(pattern: string, host: string): boolean {
  if (pattern === '*') return true;
  if (pattern.startsWith('*')) return host.endsWith(pattern.slice(1));
  // Inside the mesh a Service has shorter names, too.
  return pattern.startsWith(`${host}.`) || host.startsWith(`${pattern}.`);
}
