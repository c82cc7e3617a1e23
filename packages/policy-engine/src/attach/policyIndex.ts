import { ProxyRef } from '../model';
import { AttachableSpec, TargetRefSpec } from '../parse/specs';
import { pushTo } from '../multimap';
import { Family } from '../queries/queries';
import { perObject } from '../queries/perObject';
import { includesLabels, stringRecord } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';

export type PolicyKind =
  | 'RequestAuthentication'
  | 'AuthorizationPolicy'
  | 'EnvoyFilter'
  | 'WasmPlugin'
  | 'TrafficExtension';

/** Label that Istio puts on the Pods of a Gateway API gateway. */
export const GATEWAY_NAME_LABEL = 'gateway.networking.k8s.io/gateway-name';

export const WAYPOINT_CLASS = 'istio-waypoint';

interface PolicyIndex {
  wide: Stored[];
  byLabel: Map<string, Stored[]>;
  byTarget: Map<string, Stored[]>;
}

const INDEXES: Record<PolicyKind, Family> = {
  RequestAuthentication: new Family(),
  AuthorizationPolicy: new Family(),
  EnvoyFilter: new Family(),
  WasmPlugin: new Family(),
  TrafficExtension: new Family(),
};

/** The labels that a policy selects by; `unreadable` where its selector is malformed. */
export const selectorOf = perObject(
  (stored: Stored): Record<string, string> | 'unreadable' => {
    const broken = stored.errors.some(
      ({ path = '' }) =>
        path === 'spec' ||
        path.startsWith('spec.selector') ||
        path.startsWith('spec.workloadSelector') ||
        path.startsWith('spec.targetRef'),
    );
    if (broken) return 'unreadable';
    const { selector, workloadSelector } = (stored.resource.spec ?? {}) as {
      selector?: { matchLabels?: unknown };
      workloadSelector?: { labels?: unknown };
    };
    return stringRecord(selector?.matchLabels ?? workloadSelector?.labels);
  },
);

/** Policies of a namespace that could reach a proxy, by indexes over selectors and targets. */
export function candidates(
  mesh: Mesh,
  kind: PolicyKind,
  namespace: string,
  proxy: ProxyRef,
): Iterable<Stored> {
  const { wide, byLabel, byTarget } = policyIndexOf(mesh, kind, namespace);
  if (byLabel.size === 0 && byTarget.size === 0) return wide;
  // A shared gateway may have thousands: each is looked at once.
  const found = new Set(wide);
  const add = (list: readonly Stored[] = []) => {
    for (const item of list) found.add(item);
  };
  if (byLabel.size > 0) {
    for (const [key, value] of Object.entries(proxy.labels)) {
      add(byLabel.get(`${key}=${value}`));
    }
  }
  if (byTarget.size > 0) {
    add(byTarget.get(`GatewayClass/${WAYPOINT_CLASS}`));
    add(byTarget.get(`Gateway/${proxy.labels[GATEWAY_NAME_LABEL]}`));
    add(byTarget.get(`Service/${proxy.service?.name}`));
  }
  return found;
}

/**
 * Policies of a namespace of any kind that are attached to something there.
 *
 * @param target - kind and name, such as `ServiceEntry/legacy`
 */
export function targetingOf(
  mesh: Mesh,
  namespace: string,
  target: string,
): Stored[] {
  return (Object.keys(INDEXES) as PolicyKind[]).flatMap(
    kind => policyIndexOf(mesh, kind, namespace).byTarget.get(target) ?? [],
  );
}

/** Where the policies of a namespace are looked up. */
export function policyIndexOf(
  mesh: Mesh,
  kind: PolicyKind,
  namespace: string,
): PolicyIndex {
  return mesh.queries.get(INDEXES[kind], namespace, () =>
    buildIndex(mesh.inNamespace(kind, namespace)),
  );
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
    else if (targets.length === 0) index.wide.push(stored);
    else {
      for (const { kind, name } of targets) {
        pushTo(index.byTarget, `${kind}/${name}`, stored);
      }
    }
  }
  return index;
}

/** Whether a policy is for some proxies of its namespace alone, and for one with these labels. */
export function selects(
  stored: Stored,
  labels: Record<string, string>,
): boolean {
  const selector = selectorOf(stored);
  return (
    selector !== 'unreadable' &&
    Object.keys(selector).length > 0 &&
    includesLabels(labels, selector)
  );
}

/** Whether a policy is for all proxies of its namespace. */
export function isWide(stored: Stored): boolean {
  const selector = selectorOf(stored);
  return selector !== 'unreadable' && Object.keys(selector).length === 0;
}

/** What a policy is attached to; none for one whose selector is malformed. */
export function targetRefsOf(stored: Stored): readonly TargetRefSpec[] {
  if (selectorOf(stored) === 'unreadable') return [];
  const { targetRef, targetRefs } = (stored.resource.spec ??
    {}) as AttachableSpec;
  return targetRefs ?? (targetRef ? [targetRef] : []);
}
