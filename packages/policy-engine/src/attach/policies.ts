import { AttachedPolicy, ProxyRef } from '../model';
import { AttachableSpec, TargetRefSpec } from '../parse/specs';
import { Mesh, Stored } from './Mesh';
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
  | 'WasmPlugin'
  | 'Sidecar';

/** Label that Istio puts on the Pods of a Gateway API gateway. */
export const GATEWAY_NAME_LABEL = 'gateway.networking.k8s.io/gateway-name';

/**
 * Policies of a kind that reach a proxy: looked up in the root namespace and the proxy's own, by
 * selector, by the lack of one, or by targetRefs. A proxy without the gateway-name label ignores
 * policies with targetRefs (Istio's pilot/pkg/model/policyattachment.go).
 */
export function attachedTo(
  mesh: Mesh,
  proxy: ProxyRef,
  kind: PolicyKind,
): readonly Attachment[] {
  if (proxy.kind === 'none') return [];
  return mesh.queries.get(
    `attached/${kind}/${proxyKey(proxy)}`,
    () => {
      const namespaces = new Set([mesh.rootNamespace, proxy.namespace]);
      return [...namespaces].flatMap(namespace =>
        candidates(mesh, kind, namespace, proxy.labels)
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
  const isRoot = namespace === mesh.rootNamespace;
  const wide = isRoot ? 'root-namespace' : 'namespace';
  const selector = selectorOf(stored);
  if (selector === 'unreadable') return [{ stored, by: wide }];
  const targets = targetRefsOf(stored);
  if (targets.length > 0) {
    return targets.some(target => targetsProxy(target, stored, proxy, isRoot))
      ? [{ stored, by: 'target-ref' }]
      : [];
  }
  if (Object.keys(selector).length === 0) return [{ stored, by: wide }];
  if (proxy.kind === 'waypoint') return [];
  return includesLabels(proxy.labels, selector)
    ? [{ stored, by: 'selector' }]
    : [];
}

function targetsProxy(
  target: TargetRefSpec,
  stored: Stored,
  proxy: ProxyRef,
  isRoot: boolean,
): boolean {
  const gateway = proxy.labels[GATEWAY_NAME_LABEL];
  if (gateway === undefined) return false;
  if (target.kind === 'GatewayClass') {
    return isRoot && proxy.kind === 'waypoint';
  }
  return (
    target.kind === 'Gateway' &&
    target.name === gateway &&
    stored.resource.metadata.namespace === proxy.namespace
  );
}

interface PolicyIndex {
  wide: Stored[];
  byLabel: Map<string, Stored[]>;
}

/** Policies of a namespace that a proxy with `labels` could match, by an index over selectors. */
function candidates(
  mesh: Mesh,
  kind: PolicyKind,
  namespace: string,
  labels: Record<string, string>,
): Stored[] {
  const index = mesh.queries.get(`policy-index/${kind}/${namespace}`, () =>
    buildIndex(mesh.inNamespace(kind, namespace)),
  );
  const found = [...index.wide];
  for (const [key, value] of Object.entries(labels)) {
    found.push(...(index.byLabel.get(`${key}=${value}`) ?? []));
  }
  return found;
}

function buildIndex(policies: Stored[]): PolicyIndex {
  const index: PolicyIndex = { wide: [], byLabel: new Map() };
  for (const stored of policies) {
    const selector = selectorOf(stored);
    const [pair] = selector === 'unreadable' ? [] : Object.entries(selector);
    if (!pair) {
      index.wide.push(stored);
      continue;
    }
    const key = `${pair[0]}=${pair[1]}`;
    const list = index.byLabel.get(key);
    if (list) list.push(stored);
    else index.byLabel.set(key, [stored]);
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
