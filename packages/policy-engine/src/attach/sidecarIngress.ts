import { ProxyRef } from '../model';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { listOldest } from './age';
import { isWide, selectorOf, selects } from './policyIndex';
import { parseProtocol, PortProtocol } from './servicePorts';
import { proxyKey } from './workloads';
import { Family, sameData, sameItems } from '../queries/queries';

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
  const [stored, ...others] = sidecarsOf(mesh, proxy);
  if (!stored) return undefined;
  const rival = others.find(other => !saysTheSame(other, stored));
  if (rival) {
    const uncertain = `${labelOf(stored)} and ${labelOf(
      rival,
    )} are for the same Pods, and which of them is the oldest, which counts, cannot be told`;
    return { protocol: parseProtocol(''), uncertain };
  }
  const label = labelOf(stored);
  if (stored.errors.length > 0) {
    const uncertain = `${label} is malformed: whether it is in force cannot be told`;
    return { protocol: parseProtocol(''), uncertain };
  }
  const ingress = ingressOf(stored);
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

function labelOf({ namespace, name }: Stored): string {
  return `Sidecar ${namespace}/${name}`;
}

function ingressOf({ resource }: Stored): unknown {
  return ((resource.spec ?? {}) as { ingress?: unknown }).ingress;
}

function saysTheSame(a: Stored, b: Stored): boolean {
  return (
    a.errors.length === 0 &&
    b.errors.length === 0 &&
    sameData(ingressOf(a), ingressOf(b))
  );
}

const NONE: readonly Stored[] = [];

/** The one Sidecar in force, or those that may be: by selector, else of the namespace, else of the root namespace. */
function sidecarsOf(mesh: Mesh, proxy: ProxyRef): readonly Stored[] {
  const inReach = [proxy.namespace, mesh.rootNamespace].some(
    namespace => mesh.inNamespace('Sidecar', namespace).length > 0,
  );
  if (!inReach) return NONE;
  // Kept by itself, so that a change of another workload's Sidecar stops here.
  return mesh.queries.get(
    SIDECAR,
    proxyKey(proxy),
    () => {
      const own = mesh.inNamespace('Sidecar', proxy.namespace);
      const ofRoot = mesh.inNamespace('Sidecar', mesh.rootNamespace);
      const groups = [
        own.filter(hasUnreadableSelector),
        own.filter(stored => selects(stored, proxy.labels)),
        own.filter(isWide),
        ofRoot.filter(hasUnreadableSelector),
        ofRoot.filter(isWide),
      ];
      return listOldest(groups.find(group => group.length > 0) ?? NONE);
    },
    sameItems,
  );
}

function hasUnreadableSelector(stored: Stored): boolean {
  return selectorOf(stored) === 'unreadable';
}
