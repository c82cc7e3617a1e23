import { ProxyRef } from '../model';
import { AttachableSpec, TargetRefSpec } from '../parse/specs';
import { pushTo } from '../multimap';
import { stringRecord } from './labels';
import type { Mesh, Stored } from './Mesh';

export type PolicyKind =
  | 'RequestAuthentication'
  | 'AuthorizationPolicy'
  | 'EnvoyFilter'
  | 'WasmPlugin';

/** Label that Istio puts on the Pods of a Gateway API gateway. */
export const GATEWAY_NAME_LABEL = 'gateway.networking.k8s.io/gateway-name';

export const WAYPOINT_CLASS = 'istio-waypoint';

interface PolicyIndex {
  wide: Stored[];
  byLabel: Map<string, Stored[]>;
  byTarget: Map<string, Stored[]>;
}

const INDEXES: Record<PolicyKind, string> = {
  RequestAuthentication: 'policy-index/RequestAuthentication',
  AuthorizationPolicy: 'policy-index/AuthorizationPolicy',
  EnvoyFilter: 'policy-index/EnvoyFilter',
  WasmPlugin: 'policy-index/WasmPlugin',
};

const NO_POLICIES: PolicyIndex = {
  wide: [],
  byLabel: new Map(),
  byTarget: new Map(),
};

const selectors = new WeakMap<Stored, Record<string, string> | 'unreadable'>();

/** Policies of a namespace that could reach a proxy, by indexes over selectors and targets. */
export function candidates(
  mesh: Mesh,
  kind: PolicyKind,
  namespace: string,
  { labels, service }: ProxyRef,
): Stored[] {
  const index = mesh.queries.get(INDEXES[kind], namespace, () =>
    buildIndex(mesh.inNamespace(kind, namespace)),
  );
  if (index === NO_POLICIES) return [];
  const found = index.wide.slice();
  const add = (list: readonly Stored[] = []) => {
    for (const item of list) if (!found.includes(item)) found.push(item);
  };
  if (index.byLabel.size > 0) {
    for (const key of Object.keys(labels)) {
      add(index.byLabel.get(`${key}=${labels[key]}`));
    }
  }
  if (index.byTarget.size > 0) {
    add(index.byTarget.get(`GatewayClass/${WAYPOINT_CLASS}`));
    add(index.byTarget.get(`Gateway/${labels[GATEWAY_NAME_LABEL]}`));
    if (service) add(index.byTarget.get(`Service/${service.name}`));
  }
  return found;
}

function buildIndex(policies: Stored[]): PolicyIndex {
  if (policies.length === 0) return NO_POLICIES;
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

/** The labels that a policy selects by; `unreadable` where its selector is malformed. */
export function selectorOf(
  stored: Stored,
): Record<string, string> | 'unreadable' {
  let selector = selectors.get(stored);
  if (!selector) selectors.set(stored, (selector = readSelector(stored)));
  return selector;
}

function readSelector(stored: Stored): Record<string, string> | 'unreadable' {
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
