import { ProxyRef } from '../model';
import { nameOf, refOf } from '../parse';
import { Family, sameData } from '../queries/queries';
import { GATEWAY_API_GROUP } from './gatewayApi/specs';
import { gatewaySelectorOf } from './gateways';
import { settingsAgainst } from './istiodSettings';
import { includesLabels, stringList } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import type { Doubtful } from './ObjectStore';
import { isLookedUp } from './policies';
import { gatewaysOf } from './virtualServiceIndex';
import { specOf } from './virtualServices';

const UNCERTAIN = new Family();
const NOT_READ = new Family();

const NONE: readonly Doubtful[] = [];

/** Kinds that say where requests go, wherever they stand. */
const ROUTING_KINDS: readonly string[] = [
  'Gateway',
  'VirtualService',
  'DestinationRule',
  'BackendTLSPolicy',
  'ServiceEntry',
  'WorkloadEntry',
  'Ingress',
];

/** Why it cannot be told what istiod makes of a proxy; one sentence each. */
export function doubtsAbout(mesh: Mesh, proxy: ProxyRef): readonly string[] {
  const bySettings = settingsAgainst(mesh, proxy);
  if (mesh.isReadWhole()) return bySettings;
  const own = mesh.readingIn(proxy.namespace);
  return [
    ...bySettings,
    ...(own.kind === 'read' ? [] : [own.why]),
    ...uncertainObjects(mesh)
      .filter(({ stored }) => mayReach(mesh, stored, proxy))
      .map(
        ({ stored, reading }) =>
          `${nameOf(
            refOf(stored.resource),
          )} may not be read by this proxy's istiod: ${reading.why}`,
      ),
  ];
}

/** Objects of a kind that no istiod reads, sorted by namespace and name. */
export function unreadObjects(
  mesh: Mesh,
  kinds: readonly string[],
): readonly Doubtful[] {
  if (mesh.isReadWhole()) return NONE;
  const all = mesh.queries.getOne(
    NOT_READ,
    () => listDoubtful(mesh, 'not-read'),
    sameDoubts,
  );
  return all.length === 0
    ? NONE
    : all.filter(({ stored }) => kinds.includes(stored.resource.kind));
}

function uncertainObjects(mesh: Mesh): readonly Doubtful[] {
  return mesh.queries.getOne(
    UNCERTAIN,
    () => listDoubtful(mesh, 'uncertain'),
    sameDoubts,
  );
}

function listDoubtful(
  mesh: Mesh,
  kind: Doubtful['reading']['kind'],
): readonly Doubtful[] {
  const found = [...mesh.doubtful()].filter(
    ({ reading }) => reading.kind === kind,
  );
  if (found.length === 0) return NONE;
  const keyOf = ({ stored }: Doubtful) => nameOf(refOf(stored.resource));
  return found.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function sameDoubts(a: readonly Doubtful[], b: readonly Doubtful[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      ({ stored, reading }, index) =>
        stored === b[index].stored && sameData(reading, b[index].reading),
    )
  );
}

/** Whether an object could change what a proxy answers; selectors of policies are left aside. */
function mayReach(mesh: Mesh, stored: Stored, proxy: ProxyRef): boolean {
  const { kind, apiVersion } = stored.resource;
  if (
    !ROUTING_KINDS.includes(kind) &&
    !apiVersion.startsWith(GATEWAY_API_GROUP)
  ) {
    return isLookedUp(mesh, stored, proxy);
  }
  if (proxy.kind === 'waypoint') return true;
  if (proxy.kind !== 'gateway') return false;
  if (kind === 'Gateway') return isSelectedBy(stored, proxy);
  // Whose routes a delegate is part of is not looked up.
  if (kind !== 'VirtualService' || isDelegate(stored)) return true;
  return gatewaysOf(stored).some(key => {
    const [place, name] = key.split('/');
    const gateway = mesh.stored('Gateway', place, name);
    return gateway !== undefined && isSelectedBy(gateway, proxy);
  });
}

function isDelegate(stored: Stored): boolean {
  return stringList(specOf(stored).hosts).length === 0;
}

function isSelectedBy(gateway: Stored, { labels }: ProxyRef): boolean {
  return includesLabels(labels, gatewaySelectorOf(gateway));
}
