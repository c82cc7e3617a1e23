import { IngressSpec } from '../../parse/specs';
import { Family, sameItems } from '../../queries/queries';
import { createdAt, sortByAge } from '../age';
import { stringRecord } from '../labels';
import type { Mesh } from '../Mesh';
import type { Stored } from '../Stored';

const INGRESSES = new Family();

const CLASS = 'kubernetes.io/ingress.class';
const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class';
const ISTIO_CONTROLLER = 'istio.io/ingress-controller';
/** The usual name of a class of Istio's, where it is not among the objects. */
const USUAL_CLASS = 'istio';

/** Ingresses of Istio's, in the order in which istiod takes their rules. */
export interface Ingresses {
  served: readonly Stored[];
  /** Whether istiod serves them, or how, is not known. */
  uncertain: readonly Stored[];
}

const NONE: Ingresses = { served: [], uncertain: [] };

export function ingressesIn(mesh: Mesh): Ingresses {
  return mesh.queries.getOne(
    INGRESSES,
    () => {
      const all = mesh.all('Ingress');
      return all.length === 0 ? NONE : sortOut(mesh, all);
    },
    (a, b) =>
      sameItems(a.served, b.served) && sameItems(a.uncertain, b.uncertain),
  );
}

function sortOut(mesh: Mesh, all: readonly Stored[]): Ingresses {
  const classes = mesh.all('IngressClass');
  const served: Stored[] = [];
  const uncertain: Stored[] = [];
  for (const ingress of sortByAge(all)) {
    const isServed = isServedByIstio(mesh, ingress, classes);
    if (isServed === false) continue;
    const isSure = isServed === true && ingress.errors.length === 0;
    (isSure ? served : uncertain).push(ingress);
  }
  const contested = findContested(served);
  if (contested.size === 0) return { served, uncertain };
  return {
    served: served.filter(ingress => !contested.has(ingress)),
    uncertain: [...uncertain, ...contested],
  };
}

/**
 * As istiod decides it (shouldProcessIngressWithClass). The API server gives an Ingress of no class the default one
 * when it is made, which one in a file is yet to be.
 */
function isServedByIstio(
  mesh: Mesh,
  ingress: Stored,
  classes: readonly Stored[],
): boolean | 'unknown' {
  const { controllerMode: mode, className } = mesh.config.ingress;
  const { metadata, spec } = ingress.resource;
  const annotated = stringRecord(metadata.annotations)[CLASS];
  if (annotated !== undefined) {
    return ['STRICT', 'DEFAULT'].includes(mode) && annotated === className;
  }
  const { ingressClassName: wanted } = (spec ?? {}) as IngressSpec;
  const takesAll = mode === 'DEFAULT';
  // One that was started with another mode goes on serving them.
  const byClass = mode === 'OFF' ? 'unknown' : true;
  if (wanted === undefined || wanted === null) {
    const isMade = createdAt(ingress) !== '';
    const fallback = isMade ? undefined : classes.find(isDefault);
    if (!fallback) return takesAll;
    return isOfIstio(fallback) ? byClass : takesAll && 'unknown';
  }
  const named = classes.find(({ name }) => name === wanted);
  if (named) return isOfIstio(named) && byClass;
  return takesAll || wanted === USUAL_CLASS ? 'unknown' : false;
}

function isDefault({ resource }: Stored): boolean {
  return stringRecord(resource.metadata.annotations)[DEFAULT_CLASS] === 'true';
}

function isOfIstio({ resource }: Stored): boolean {
  const { controller } = (resource.spec ?? {}) as { controller?: unknown };
  return controller === ISTIO_CONTROLLER;
}

/**
 * Those that share a host where nobody knows which is the oldest: by its TLS alone istiod serves the host. Without any
 * TLS it makes no difference.
 */
function findContested(served: readonly Stored[]): Set<Stored> {
  const byHost = new Map<string, Set<Stored>>();
  for (const ingress of served) {
    for (const host of hostsOf(ingress)) {
      const sharing = byHost.get(host) ?? new Set();
      byHost.set(host, sharing.add(ingress));
    }
  }
  const contested = new Set<Stored>();
  for (const sharing of byHost.values()) {
    const all = [...sharing];
    if (
      all.length > 1 &&
      all.some(ingress => createdAt(ingress) === '') &&
      all.some(({ resource }) => (resource.spec as IngressSpec)?.tls?.length)
    ) {
      all.forEach(ingress => contested.add(ingress));
    }
  }
  return contested;
}

/** Hosts for which an Ingress has rules that istiod takes; `*` for every one. */
export function hostsOf({ resource }: Stored): Set<string> {
  const { rules = [] } = (resource.spec ?? {}) as IngressSpec;
  return new Set(
    rules.flatMap(({ host, http }) => (http ? [host || '*'] : [])),
  );
}
