import { WayIn } from '../model';
import { gatewayWorkloadIdentity } from '../attach/identity';
import { Mesh } from '../attach/Mesh';
import { modeOf } from '../attach/mutualTls';
import { bareHost, Program } from '../compile/program';
import { leadsTo } from '../decide/walk';
import { HttpMatchSpec, HttpRouteSpec } from '../parse/specs';
import { candidatesOf } from '../route/candidates';
import { followRoute } from '../route/matchRoute';
import { changesOf, RouteChanges } from '../route/routeChanges';
import { findVirtualHost } from '../route/routeTable';
import { admittedDomains } from './admittedDomains';
import { formOfNamingProgram, formOfProgram } from './programForms';

/**
 * The form of a way in: everything that its analysis depends on, but for the names of its host and of
 * the policies. Two ways in of one form pass the same requests, under their own host and by their own
 * policies.
 *
 * Undefined where names could matter: some policy or route compares hosts or server names, or the
 * answer is not known and the reason would name an object.
 */
export function formOf(
  mesh: Mesh,
  wayIn: WayIn,
  programs: readonly Program[],
): string | undefined {
  const { kind, host, port, protocol, callerIdentity, hops } = wayIn;
  if (host.includes('*') || host === '' || bareHost(host) !== host) {
    return undefined;
  }
  if (wayIn.uncertain?.length) return undefined;
  const route = formOfRoute(mesh, wayIn);
  if (route === undefined) return undefined;
  // Numbers, words of the engine's own and JSON, so that no two forms come out as one text.
  let form = `${domainForm(
    mesh,
  )} ${kind} ${port} ${protocol} ${callerIdentity} ${route}`;
  for (let index = 0; index < hops.length; index++) {
    const hop = hops[index];
    const { proxy } = hop;
    const isGateway = proxy.kind === 'gateway';
    if (isGateway && index > 0) return undefined;
    const program =
      formOfProgram(programs[index], hop.protocol) ??
      // Inside the mesh a client may send any name, and which ones are tried depends on the names.
      (kind === 'gateway' && isGateway
        ? formOfNamingProgram(programs[index], hop.protocol, host)
        : undefined);
    if (program === undefined) return undefined;
    const { mutualTls } = programs[index];
    const mode =
      mutualTls && `${modeOf(mutualTls, hop.port)} ${mutualTls.doubt ?? ''}`;
    const speaksOn =
      hops.length > index + 1 && (isGateway || proxy.kind === 'waypoint');
    const identity = speaksOn ? gatewayWorkloadIdentity(mesh, proxy) : '';
    form += `|${proxy.kind} ${hop.port} ${hop.protocol} ${
      hop.peer
    } ${mode} ${program} ${identity === '' ? '' : asJson(identity)}`;
  }
  return form;
}

const domainForms = new WeakMap<readonly string[], string>();

function domainForm(mesh: Mesh): string {
  let form = domainForms.get(mesh.trustDomains);
  if (form === undefined) {
    domainForms.set(mesh.trustDomains, (form = asJson(admittedDomains(mesh))));
  }
  return form;
}

function asJson(value: unknown): string {
  return JSON.stringify(value);
}

/** Where the gateway's routes send requests; undefined where names could matter. */
function formOfRoute(mesh: Mesh, wayIn: WayIn): string | undefined {
  const { host, protocol } = wayIn;
  const [hop] = wayIn.hops;
  if (!hop || hop.proxy.kind !== 'gateway' || hop.protocol !== 'http') {
    return 'no routes';
  }
  const sni = protocol === 'https' ? host : undefined;
  const found = findVirtualHost(mesh, hop.proxy, hop.port, host, sni);
  if (found === undefined || found === 'no-listener') return found ?? 'no host';
  if (found.doubt !== undefined || found.isOrderUnknown) return undefined;
  if (found.entries.some(({ stored }) => stored.errors.length > 0)) {
    return undefined;
  }
  let form = `${found.httpsRedirect} ${asJson(wayIn.requiredHeaders)}`;
  for (const candidate of candidatesOf(found)) {
    const { stored, route, match } = candidate;
    if (match?.authority) return undefined;
    const followed = followRoute(mesh, candidate, {});
    if (followed.kind === 'unknown') return undefined;
    const changes = changesOf(route, stored.namespace, wayIn.destination);
    form += ` ${leadsTo(followed, wayIn)} ${formOfCandidate(
      match,
      route,
      changes,
    )}`;
  }
  return form;
}

/** What a route compares, and what it makes of a request. */
function formOfCandidate(
  match: HttpMatchSpec | undefined,
  { rewrite }: HttpRouteSpec,
  changes: readonly RouteChanges[],
): string {
  const changesNothing =
    !rewrite && changes.every(({ passes }) => passes.length === 0);
  if (!match && changesNothing) return 'all';
  return asJson([match, rewrite, changes]);
}
