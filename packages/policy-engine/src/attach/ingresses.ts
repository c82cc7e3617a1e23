import { refOf } from '../parse';
import { pushTo } from '../multimap';
import { perObject } from '../queries/perObject';
import { Family, sameItems } from '../queries/queries';
import { stringRecord } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import type { Tail } from './tails';
import { unresolvedWayIn } from './unresolved';
import { visitFields } from './visitFields';
import type { ResolvedWayIn } from './waysIn';

const INGRESSES_THERE = new Family();
const INGRESSES = new Family();
const INGRESSES_TO = new Family();

/** What the field or the annotation of an Ingress is compared with; the default of the mesh config's `ingressClass`. */
const ISTIO_CLASS = 'istio';
const CLASS = 'kubernetes.io/ingress.class';
const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class';
const ISTIO_CONTROLLER = 'istio.io/ingress-controller';

/**
 * Ways by Kubernetes Ingresses that istiod makes routes of at its ingress gateway. What these routes are is not
 * followed, so the ways are unknown.
 */
export function ingressWaysIn(
  mesh: Mesh,
  service: Stored,
  tails: readonly Tail[],
): ResolvedWayIn[] {
  // Most meshes have none, and then nothing more depends on it.
  if (!mesh.queries.getOne(INGRESSES_THERE, () => index(mesh).size > 0)) {
    return [];
  }
  const key = `${service.namespace}/${service.name}`;
  return mesh.queries
    .get(INGRESSES_TO, key, () => index(mesh).get(key) ?? [], sameItems)
    .map(ingress =>
      unresolvedWayIn(
        service,
        refOf(ingress.resource),
        tails,
        'ingress',
        `Ingress ${ingress.namespace}/${ingress.name} leads here through Istio's ingress gateway, in a way that the engine does not follow`,
      ),
    );
}

/** Every Service that an Ingress names as a backend; untrusted, and so read by its form. */
const backendsOf = perObject(({ resource }: Stored): ReadonlySet<string> => {
  const names = new Set<string>();
  visitFields(resource.spec, (key, item) => {
    const { name } = (item ?? {}) as { name?: unknown };
    if (key === 'service' && typeof name === 'string') names.add(name);
  });
  return names;
});

/** Ingresses of Istio's by `namespace/name` of the Services that they lead to. */
function index(mesh: Mesh): ReadonlyMap<string, readonly Stored[]> {
  return mesh.queries.getOne(INGRESSES, () => {
    const found = new Map<string, Stored[]>();
    const classes = mesh.all('IngressClass');
    for (const ingress of mesh.all('Ingress')) {
      if (!isOfIstio(ingress, classes)) continue;
      for (const service of backendsOf(ingress)) {
        pushTo(found, `${ingress.namespace}/${service}`, ingress);
      }
    }
    return found;
  });
}

/** As istiod decides it in its default mode, `STRICT` (shouldProcessIngressWithClass). */
function isOfIstio({ resource }: Stored, classes: readonly Stored[]): boolean {
  const annotated = stringRecord(resource.metadata.annotations)[CLASS];
  if (annotated !== undefined) return annotated === ISTIO_CLASS;
  const { ingressClassName } = (resource.spec ?? {}) as {
    ingressClassName?: unknown;
  };
  const isIstios = (found: Stored) =>
    (found.resource.spec as { controller?: unknown } | null)?.controller ===
    ISTIO_CONTROLLER;
  if (ingressClassName === undefined || ingressClassName === null) {
    return classes.some(
      found =>
        stringRecord(found.resource.metadata.annotations)[DEFAULT_CLASS] ===
          'true' && isIstios(found),
    );
  }
  const named = classes.find(({ name }) => name === ingressClassName);
  // Where the class is not among the objects its usual name must do.
  return named ? isIstios(named) : ingressClassName === ISTIO_CLASS;
}
