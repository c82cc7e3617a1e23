import { AttachedPolicy, ProxyRef } from '../model';
import { AttachableSpec, TargetRefSpec } from '../parse/specs';
import { GATEWAY_API_GROUP } from './gatewayApi/specs';
import { Mesh, Stored } from './Mesh';
import { pushTo } from '../multimap';
import { includesLabels, proxyKey, stringRecord } from './workloads';

/** A policy object that reaches a proxy. */
export interface Attachment {
  readonly stored: Stored;
  readonly by: AttachedPolicy['by'];
}

type PolicyKind =
  | 'RequestAuthentication'
  | 'AuthorizationPolicy'
  | 'EnvoyFilter'
  | 'WasmPlugin';

/** Label that Istio puts on the Pods of a Gateway API gateway. */
export const GATEWAY_NAME_LABEL = 'gateway.networking.k8s.io/gateway-name';

export const WAYPOINT_CLASS = 'istio-waypoint';

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
  if (proxy.kind === 'none') return [];
  // ztunnel is told of AuthorizationPolicies only.
  if (proxy.kind === 'ztunnel' && kind !== 'AuthorizationPolicy') return [];
  return mesh.queries.get(
    `attached/${kind}/${proxyKey(proxy)}`,
    () => {
      // Authentication is looked up in the proxy's namespace first. The order counts: a rule that
      // is tried earlier takes its token away from a later one of the same issuer.
      const namespaces = new Set(
        kind === 'RequestAuthentication'
          ? [proxy.namespace, mesh.rootNamespace]
          : [mesh.rootNamespace, proxy.namespace],
      );
      if (proxy.service) namespaces.add(proxy.service.namespace);
      return [...namespaces].flatMap(namespace =>
        [...candidates(mesh, kind, namespace, proxy)]
          .flatMap(stored => attach(mesh, stored, proxy))
          .sort(compareAge),
      );
    },
    sameAttachments,
  );
}

/** The labels that a policy selects by; `unreadable` where its selector is malformed. */
export function selectorOf(
  stored: Stored,
): Record<string, string> | 'unreadable' {
  const broken = stored.errors.some(
    ({ path = '' }) =>
      path === 'spec' ||
      path.startsWith('spec.selector') ||
      path.startsWith('spec.targetRef'),
  );
  if (broken) return 'unreadable';
  const { selector, workloadSelector } = (stored.resource.spec ?? {}) as {
    selector?: { matchLabels?: unknown };
    workloadSelector?: { labels?: unknown };
  };
  return stringRecord(selector?.matchLabels ?? workloadSelector?.labels);
}

export function targetRefsOf(stored: Stored): TargetRefSpec[] {
  const spec = (stored.resource.spec ?? {}) as AttachableSpec;
  if (Array.isArray(spec.targetRefs) && spec.targetRefs.length > 0) {
    return spec.targetRefs.filter(ref => ref && typeof ref === 'object');
  }
  return spec.targetRef && typeof spec.targetRef === 'object'
    ? [spec.targetRef]
    : [];
}

function attach(mesh: Mesh, stored: Stored, proxy: ProxyRef): Attachment[] {
  const namespace = stored.resource.metadata.namespace;
  const wide =
    namespace === mesh.rootNamespace ? 'root-namespace' : 'namespace';
  const selector = selectorOf(stored);
  if (selector === 'unreadable') return [{ stored, by: wide }];
  const targets = targetRefsOf(stored);
  const isGatewayApi =
    proxy.kind !== 'ztunnel' && GATEWAY_NAME_LABEL in proxy.labels;
  if (targets.length > 0) {
    return isGatewayApi &&
      targets.some(target => targetsProxy(mesh, target, namespace, proxy))
      ? [{ stored, by: 'target-ref' }]
      : [];
  }
  // A waypoint goes by targetRefs alone: not even a policy for its whole namespace reaches it.
  if (proxy.kind === 'waypoint' && isGatewayApi) return [];
  if (Object.keys(selector).length === 0) return [{ stored, by: wide }];
  return includesLabels(proxy.labels, selector)
    ? [{ stored, by: 'selector' }]
    : [];
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
      return (
        target.name === gateway &&
        namespace === proxy.namespace &&
        (!target.namespace || target.namespace === namespace)
      );
    default:
      return false;
  }
}

interface PolicyIndex {
  wide: Stored[];
  byLabel: Map<string, Stored[]>;
  byTarget: Map<string, Stored[]>;
}

/** Policies of a namespace that could reach a proxy, by indexes over selectors and targets. */
function candidates(
  mesh: Mesh,
  kind: PolicyKind,
  namespace: string,
  { labels, service }: ProxyRef,
): Set<Stored> {
  const index = mesh.queries.get(`policy-index/${kind}/${namespace}`, () =>
    buildIndex(mesh.inNamespace(kind, namespace)),
  );
  const found = new Set(index.wide);
  const add = (list: Stored[] = []) => list.forEach(item => found.add(item));
  for (const [key, value] of Object.entries(labels)) {
    add(index.byLabel.get(`${key}=${value}`));
  }
  add(index.byTarget.get(`GatewayClass/${WAYPOINT_CLASS}`));
  add(index.byTarget.get(`Gateway/${labels[GATEWAY_NAME_LABEL]}`));
  if (service) add(index.byTarget.get(`Service/${service.name}`));
  return found;
}

function buildIndex(policies: Stored[]): PolicyIndex {
  const index: PolicyIndex = {
    wide: [],
    byLabel: new Map(),
    byTarget: new Map(),
  };
  for (const stored of policies) {
    const selector = selectorOf(stored);
    const targets = targetRefsOf(stored);
    const [pair] = selector === 'unreadable' ? [] : Object.entries(selector);
    if (pair) pushTo(index.byLabel, `${pair[0]}=${pair[1]}`, stored);
    else if (selector === 'unreadable' || targets.length === 0) {
      index.wide.push(stored);
    } else {
      for (const { kind, name } of targets) {
        pushTo(index.byTarget, `${kind}/${name}`, stored);
      }
    }
  }
  return index;
}

/** Istio's order: oldest first, then by name. */
function compareAge(a: Attachment, b: Attachment): number {
  const left = a.stored.resource.metadata;
  const right = b.stored.resource.metadata;
  const byTime = (left.creationTimestamp ?? '').localeCompare(
    right.creationTimestamp ?? '',
  );
  if (byTime !== 0) return byTime;
  return left.name < right.name ? -1 : 1;
}

function sameAttachments(
  a: readonly Attachment[],
  b: readonly Attachment[],
): boolean {
  return (
    a.length === b.length &&
    a.every((item, i) => item.stored === b[i].stored && item.by === b[i].by)
  );
}
