import { ProxyRef } from '../model';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { sortByAge } from './age';
import { isWide, selectorOf, selects } from './policyIndex';
import { parseProtocol, PortProtocol } from './servicePorts';
import { proxyKey } from './workloads';
import { Family } from '../queries/queries';

const SIDECAR = new Family();

/** What a `Sidecar` makes of an inbound port. */
export interface SidecarPort {
  protocol: PortProtocol;
  /** Why it cannot be told what the listener does. */
  uncertain?: string;
}

interface IngressSpec {
  port?: { number?: unknown; protocol?: unknown; name?: unknown };
  bind?: unknown;
  captureMode?: unknown;
  tls?: unknown;
}

/**
 * The inbound listener that the proxy's `Sidecar` defines for a port. Undefined where none of its
 * Sidecars has `ingress`: then the Service port says how the connection is read.
 */
export function sidecarPortOf(
  mesh: Mesh,
  proxy: ProxyRef,
  port: number,
): SidecarPort | undefined {
  const stored = sidecarOf(mesh, proxy);
  if (!stored) return undefined;
  const label = `Sidecar ${stored.namespace}/${stored.name}`;
  if (stored.errors.length > 0) {
    const uncertain = `${label} is malformed: whether it is in force cannot be told`;
    return { protocol: parseProtocol(''), uncertain };
  }
  const { ingress } = (stored.resource.spec ?? {}) as { ingress?: unknown };
  if (!Array.isArray(ingress) || ingress.length === 0) return undefined;
  const listener = ingress.find(
    (item: IngressSpec | null) => item?.port?.number === port,
  ) as IngressSpec | undefined;
  // Other ports pass by the catch-all listener, which has the same policies and sniffs.
  if (!listener) return { protocol: parseProtocol('') };
  const { protocol } = listener.port ?? {};
  const special = (['tls', 'bind', 'captureMode'] as const).find(
    field => listener[field] && listener[field] !== 'DEFAULT',
  );
  return {
    protocol: parseProtocol(
      listener.tls && protocol === 'HTTPS' ? 'HTTP' : protocol,
    ),
    ...(special
      ? {
          uncertain: `${label} sets ${special} for port ${port}, which the engine does not follow`,
        }
      : {}),
  };
}

/** The one Sidecar in force: by selector, else of the namespace, else of the root namespace. */
function sidecarOf(mesh: Mesh, proxy: ProxyRef): Stored | undefined {
  const inReach = [proxy.namespace, mesh.rootNamespace].some(
    namespace => mesh.inNamespace('Sidecar', namespace).length > 0,
  );
  if (!inReach) return undefined;
  // Kept by itself, so that a change of another workload's Sidecar stops here.
  return mesh.queries.get(SIDECAR, proxyKey(proxy), () => {
    const own = sidecarsIn(mesh, proxy.namespace);
    const ofRoot = sidecarsIn(mesh, mesh.rootNamespace);
    return (
      own.find(hasUnreadableSelector) ??
      own.find(stored => selects(stored, proxy.labels)) ??
      own.find(isWide) ??
      ofRoot.find(hasUnreadableSelector) ??
      ofRoot.find(isWide)
    );
  });
}

function hasUnreadableSelector(stored: Stored): boolean {
  return selectorOf(stored) === 'unreadable';
}

function sidecarsIn(mesh: Mesh, namespace: string): Stored[] {
  return sortByAge(mesh.inNamespace('Sidecar', namespace));
}
