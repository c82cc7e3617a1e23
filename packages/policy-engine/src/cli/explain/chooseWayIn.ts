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
