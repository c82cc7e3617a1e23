import { ParseError } from '../model';
import { nameOf, refOf } from '../parse';
import {
  AuthorizationPolicySpec,
  PolicyAction,
  RuleSpec,
} from '../parse/specs';
import { Mesh } from '../attach/Mesh';
import { isTrue } from '../parse/isTrue';
import { Stored } from '../attach/Stored';
import { stringRecord } from '../attach/workloads';
import { compileClauses } from './compileRule';
import { externalRule, SEVERAL_AUTHORIZERS } from './externalRule';
import { CompiledRule } from './program';

/** One AuthorizationPolicy, translated for HTTP and for TCP filter chains. */
export interface CompiledPolicy {
  /** Undefined where the policy is malformed in its action too. */
  action: PolicyAction | undefined;
  dryRun: boolean;
  http: readonly CompiledRule[];
  tcp: readonly CompiledRule[];
  /** CUSTOM only. */
  custom?: {
    provider: string;
    /** `tcp` of a proxy whose CUSTOM policies name other providers, too: see {@link amongSeveral}. */
    tcpAmongSeveral: readonly CompiledRule[];
  };
}

interface Compilation {
  config: unknown;
  trustDomains: readonly string[];
  policy: CompiledPolicy;
}

const compiled = new WeakMap<Stored, Compilation>();

/** Compiles a policy once; rules keep their identity while the object and the mesh config are unchanged. */
export function compilePolicy(mesh: Mesh, stored: Stored): CompiledPolicy {
  const { config, trustDomains } = mesh;
  const known = compiled.get(stored);
  if (known?.config === config && known.trustDomains === trustDomains) {
    return known.policy;
  }
  const policy = hasErrorOutsideRules(stored.errors)
    ? compileMalformed(stored)
    : compileReadable(mesh, stored);
  compiled.set(stored, { config, trustDomains, policy });
  return policy;
}

export function isDryRun(stored: Stored): boolean {
  const annotations = stringRecord(stored.resource.metadata.annotations);
  return isTrue(annotations['istio.io/dry-run']);
}

const IN_RULE = /^spec\.rules\[(\d+)\]/;

function hasErrorOutsideRules(errors: readonly ParseError[]): boolean {
  return errors.some(({ path = '' }) => !IN_RULE.test(path));
}

function compileReadable(mesh: Mesh, stored: Stored): CompiledPolicy {
  const spec = (stored.resource.spec ?? {}) as AuthorizationPolicySpec;
  const action = spec.action ?? 'ALLOW';
  const dryRun = isDryRun(stored);
  const broken = new Set(
    stored.errors.map(({ path = '' }) => Number(IN_RULE.exec(path)?.[1])),
  );
  const provider = spec.provider?.name;
  const external = (chain: 'http' | 'tcp') =>
    action === 'CUSTOM' ? externalRule(mesh, provider, dryRun, chain) : {};
  const onHttp = external('http') ?? {};
  const onTcp = external('tcp');
  const http = (spec.rules ?? []).map((rule, index) => {
    const { id, policy, ...rest } = standIn(stored, index, onHttp);
    const readable = broken.has(index)
      ? rest
      : { index, ...compileRule(mesh, stored, rule), ...onHttp };
    const prefix = action === 'CUSTOM' ? `istio-ext-authz-${provider}-` : '';
    return { id: prefix + id, policy, ...readable };
  });
  // A provider that cannot be asked about TCP leaves no rule there.
  const tcp = onTcp ? http.flatMap(rule => toTcp(rule, action, onTcp)) : [];
  const policy = { action, dryRun, http, tcp };
  if (action !== 'CUSTOM' || provider === undefined) return policy;
  const several = onTcp ?? SEVERAL_AUTHORIZERS;
  const tcpAmongSeveral = onTcp
    ? tcp
    : http.flatMap(rule => toTcp({ ...rule, ...several }, action, several));
  return { ...policy, custom: { provider, tcpAmongSeveral } };
}

/**
 * What the CUSTOM policies of one proxy come to together. Where they name several providers, istiod makes a denial of
 * each of their rules, on TCP too, unless its environment has PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS.
 *
 * Source: Istio's pilot/pkg/security/authz/builder.
 */
export function amongSeveral(
  policies: readonly CompiledPolicy[],
): readonly CompiledPolicy[] {
  const providers = new Set(
    policies.flatMap(({ custom }) => custom?.provider ?? []),
  );
  return providers.size < 2
    ? policies
    : policies.map(policy =>
        policy.custom
          ? { ...policy, tcp: policy.custom.tcpAmongSeveral }
          : policy,
      );
}

function compileRule(mesh: Mesh, { resource }: Stored, rule: RuleSpec) {
  const { namespace = '' } = resource.metadata;
  return compileClauses(rule, { namespace, trustDomains: mesh.trustDomains });
}

/**
 * On a TCP filter chain an ALLOW rule with HTTP fields is dropped; any other rule loses those
 * fields and so matches more.
 */
function toTcp(
  rule: CompiledRule,
  action: PolicyAction,
  external: Pick<CompiledRule, 'external'>,
): CompiledRule[] {
  const clauses = [...rule.principals, ...rule.permissions];
  const isHttp = clauses.some(clause => clause.some(check => check.httpOnly));
  if (!isHttp) return [rule];
  if (action === 'ALLOW') return [];
  return [
    {
      ...rule,
      ...external,
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
  const rule = standIn(stored, 0);
  const actions: PolicyAction[] = ['ALLOW', 'DENY', 'AUDIT', 'CUSTOM'];
  const given = (stored.resource.spec as { action?: unknown } | null)?.action;
  return {
    action: actions.find(action => action === (given ?? 'ALLOW')),
    dryRun: isDryRun(stored),
    http: [rule],
    tcp: [rule],
  };
}

function standIn(
  { resource }: Stored,
  index: number,
  external: Pick<CompiledRule, 'external'> = {},
): CompiledRule {
  const policy = refOf(resource);
  const { namespace = '', name } = policy;
  return {
    id: `ns[${namespace}]-policy[${name}]-rule[${index}]`,
    policy,
    index,
    principals: [],
    permissions: [],
    malformed: `${nameOf(policy)} is malformed`,
    ...external,
  };
}
