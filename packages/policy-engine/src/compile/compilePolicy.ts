import { refOf } from '../parse';
import { AuthorizationPolicySpec, PolicyAction } from '../parse/specs';
import { Stored } from '../attach/Mesh';
import { stringRecord } from '../attach/workloads';
import { compileClauses } from './compileRule';
import { CompiledRule } from './program';

/** One AuthorizationPolicy, translated for HTTP and for TCP filter chains. */
export interface CompiledPolicy {
  /** Undefined where the policy is malformed in its action too. */
  action: PolicyAction | undefined;
  dryRun: boolean;
  malformed: boolean;
  http: readonly CompiledRule[];
  tcp: readonly CompiledRule[];
}

const compiled = new WeakMap<Stored, CompiledPolicy>();

/** Compiles a policy once; rules keep their identity while the object is unchanged. */
export function compilePolicy(
  stored: Stored,
  trustDomain: string,
): CompiledPolicy {
  let policy = compiled.get(stored);
  if (!policy) {
    policy =
      stored.errors.length > 0
        ? compileMalformed(stored)
        : compileValid(stored, trustDomain);
    compiled.set(stored, policy);
  }
  return policy;
}

/** Values that Go's strconv.ParseBool takes for true. */
const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);

export function isDryRun(stored: Stored): boolean {
  const annotations = stringRecord(stored.resource.metadata.annotations);
  return TRUE.has(annotations['istio.io/dry-run'] ?? '');
}

function compileValid(stored: Stored, trustDomain: string): CompiledPolicy {
  const spec = (stored.resource.spec ?? {}) as AuthorizationPolicySpec;
  const policy = refOf(stored.resource);
  const namespace = policy.namespace ?? '';
  const http = (spec.rules ?? []).map(
    (rule, index): CompiledRule => ({
      id: ruleId(namespace, policy.name, index),
      policy,
      index,
      ...compileClauses(rule, { namespace, trustDomain }),
    }),
  );
  const action = spec.action ?? 'ALLOW';
  return {
    action,
    dryRun: isDryRun(stored),
    malformed: false,
    http,
    tcp: http.flatMap(rule => toTcp(rule, action)),
  };
}

/**
 * On a TCP filter chain an ALLOW rule with HTTP fields is dropped; any other rule loses those
 * fields and so matches more.
 */
function toTcp(rule: CompiledRule, action: PolicyAction): CompiledRule[] {
  const clauses = [...rule.principals, ...rule.permissions];
  const isHttp = clauses.some(clause => clause.some(check => check.httpOnly));
  if (!isHttp) return [rule];
  if (action === 'ALLOW') return [];
  return [
    {
      ...rule,
      principals: rule.principals.map(dropHttp),
      permissions: rule.permissions.map(dropHttp),
    },
  ];
}

function dropHttp(clause: CompiledRule['principals'][number]) {
  return clause.filter(check => !check.httpOnly);
}

/** Stands in for a policy whose rules cannot be read: it may match anything, or nothing. */
function compileMalformed(stored: Stored): CompiledPolicy {
  const policy = refOf(stored.resource);
  const rule: CompiledRule = {
    id: ruleId(policy.namespace ?? '', policy.name, 0),
    policy,
    index: 0,
    principals: [],
    permissions: [],
    malformed: `${policy.kind} ${policy.namespace}/${policy.name} is malformed`,
  };
  const actions: PolicyAction[] = ['ALLOW', 'DENY', 'AUDIT', 'CUSTOM'];
  const given = (stored.resource.spec as { action?: unknown } | null)?.action;
  return {
    action: actions.find(action => action === (given ?? 'ALLOW')),
    dryRun: isDryRun(stored),
    malformed: true,
    http: [rule],
    tcp: [rule],
  };
}

function ruleId(namespace: string, name: string, index: number): string {
  return `ns[${namespace}]-policy[${name}]-rule[${index}]`;
}
