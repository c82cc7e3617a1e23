import { AttachedPolicy, ProxyRef } from '../model';
import { TargetRefSpec } from '../parse/specs';
import { GATEWAY_API_GROUP } from './gatewayApi/specs';
import { compareByAge } from './age';
import { Mesh } from './Mesh';
import { Stored } from './Stored';
import {
  candidates,
  GATEWAY_NAME_LABEL,
  PolicyKind,
  selectorOf,
  targetRefsOf,
  WAYPOINT_CLASS,
} from './policyIndex';
import { includesLabels } from './workloads';

export { GATEWAY_NAME_LABEL, selectorOf, targetRefsOf } from './policyIndex';

/** A policy object that reaches a proxy. */
export interface Attachment {
  readonly stored: Stored;
  readonly by: AttachedPolicy['by'];
}

const NO_ATTACHMENTS: readonly Attachment[] = [];

/**
 * Policies of a kind that reach a proxy: looked up in the root namespace, the proxy's own and, at a
 * waypoint, the Service's; by selector, by the lack of one, or by targetRefs (Istio's
 * pilot/pkg/model/policyattachment.go).
 */
export function attachedTo(
  mesh: Mesh,
  proxy: ProxyRef,
  kind: PolicyKind,
): readonly Attachment[] {
  if (proxy.kind === 'none') return NO_ATTACHMENTS;
  // ztunnel is told of AuthorizationPolicies only.
  if (proxy.kind === 'ztunnel' && kind !== 'AuthorizationPolicy') {
    return NO_ATTACHMENTS;
  }
  // Authentication is looked up in the proxy's namespace first. The order counts: a rule that
  // is tried earlier takes its token away from a later one of the same issuer.
  const namespaces = new Set(
    kind === 'RequestAuthentication'
      ? [proxy.namespace, mesh.rootNamespace]
      : [mesh.rootNamespace, proxy.namespace],
  );
  if (proxy.service) namespaces.add(proxy.service.namespace);
  let found = NO_ATTACHMENTS;
  for (const namespace of namespaces) {
    const inside: Attachment[] = [];
    for (const stored of candidates(mesh, kind, namespace, proxy)) {
      const attachment = attach(mesh, stored, proxy);
      if (attachment) inside.push(attachment);
    }
    if (inside.length === 0) continue;
    inside.sort((a, b) => compareByAge(a.stored, b.stored));
    found = found.length === 0 ? inside : [...found, ...inside];
  }
  return found;
}

/** Whether a proxy's policies are looked up where an object stands. */
export function isLookedUp(
  mesh: Mesh,
  { namespace }: Stored,
  proxy: ProxyRef,
): boolean {
  return (
    namespace === mesh.rootNamespace ||
    namespace === proxy.namespace ||
    namespace === proxy.service?.namespace
  );
}

/** Whether a policy would reach a proxy if istiod read it. */
export function wouldReach(
  mesh: Mesh,
  stored: Stored,
  proxy: ProxyRef,
): boolean {
  return (
    proxy.kind !== 'none' &&
    isLookedUp(mesh, stored, proxy) &&
    attach(mesh, stored, proxy) !== undefined
  );
}

function attach(
  mesh: Mesh,
  stored: Stored,
  proxy: ProxyRef,
): Attachment | undefined {
  const { namespace } = stored;
  const wide =
    namespace === mesh.rootNamespace ? 'root-namespace' : 'namespace';
  const selector = selectorOf(stored);
  if (selector === 'unreadable') return { stored, by: wide };
  const targets = targetRefsOf(stored);
  const isGatewayApi =
    proxy.kind !== 'ztunnel' && GATEWAY_NAME_LABEL in proxy.labels;
  if (targets.length > 0) {
    return isGatewayApi &&
      targets.some(target => targetsProxy(mesh, target, namespace, proxy))
      ? { stored, by: 'target-ref' }
      : undefined;
  }
  // A waypoint goes by targetRefs alone: not even a policy for its whole namespace reaches it.
  if (proxy.kind === 'waypoint' && isGatewayApi) return undefined;
  if (Object.keys(selector).length === 0) return { stored, by: wide };
  return includesLabels(proxy.labels, selector)
    ? { stored, by: 'selector' }
    : undefined;
}

function targetsProxy(
  mesh: Mesh,
  target: TargetRefSpec,
  namespace: string | undefined,
  proxy: ProxyRef,
): boolean {
  const gateway = proxy.labels[GATEWAY_NAME_LABEL];
  switch (`${target.group ?? ''}/${target.kind}`) {
    case '/Service':
    case 'core/Service':
      return (
        proxy.kind === 'waypoint' &&
        target.name === proxy.service?.name &&
        namespace === proxy.service.namespace
      );
    case `${GATEWAY_API_GROUP}/GatewayClass`:
      return (
        proxy.kind === 'waypoint' &&
        namespace === mesh.rootNamespace &&
        target.name === WAYPOINT_CLASS
      );
    case `${GATEWAY_API_GROUP}/Gateway`:
      return target.name === gateway && namespace === proxy.namespace;
    default:
      return false;
  }
}
