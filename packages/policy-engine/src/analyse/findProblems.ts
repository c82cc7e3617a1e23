import { Finding, ResourceRef } from '../model';
import { Mesh } from '../attach/Mesh';
import { CompiledRule, JwtProvider, Program } from '../compile/program';
import { JwtRuleSpec, RequestAuthenticationSpec } from '../parse/specs';
import { DETECTORS } from './catalogue';
import { Detector, DetectorContext, Found, Occurrence } from './detector';
import { FindingList } from './findingList';
import { notRead, policiesNotRead } from './findings/notRead';
import { enforcedRules, proxiesOf } from './rules';
import { traitsOf, traitsOfProgram, traitsOfRule } from './traits';
import { Family } from '../queries/queries';

const NAMESPACE_FINDINGS = new Family();

const POLICY_KINDS = ['RequestAuthentication', 'AuthorizationPolicy'];

type Scope = Exclude<keyof Detector & `in${string}`, undefined>;

/** Detectors by what they look at, so that none is asked in vain. */
const detectorsIn = (scope: Scope) =>
  DETECTORS.filter(detector => detector[scope] !== undefined).map(detector => ({
    detector,
    traits: detector.on && traitsOf(detector.on),
  }));
const RULE = detectorsIn('inRule');
const PROVIDER = detectorsIn('inProvider');
const NAMESPACE = detectorsIn('inNamespace');
const PROXY = detectorsIn('inProxy');
const WAY_IN = detectorsIn('inWayIn');
const SERVICE = detectorsIn('inService');

/** Every finding of a Service, worst first, each once. */
export function findProblems({
  mesh,
  service,
  waysIn,
  analyseOther,
}: Omit<DetectorContext, 'proxies'>): Finding[] {
  const proxies = proxiesOf(waysIn);
  const context: DetectorContext = {
    mesh,
    service,
    waysIn,
    proxies,
    analyseOther,
  };
  const list = new FindingList();
  const addFound = (detector: Detector, found: Found) => {
    for (const item of found) list.add(toFinding(mesh, detector, item));
  };
  for (const { detector } of SERVICE) {
    addFound(detector, detector.inService!(context));
  }
  for (const way of waysIn) {
    for (const { detector } of WAY_IN) {
      addFound(detector, detector.inWayIn!(way, context));
    }
  }
  for (const use of proxies) {
    if (isBare(use.program)) continue;
    const present = traitsOfProgram(use.program);
    for (const { detector, traits } of PROXY) {
      if (traits !== undefined && (traits & present) === 0) continue;
      addFound(detector, detector.inProxy!(use, context));
    }
    if (use.hop.protocol !== 'http') continue;
    for (const { rule, action } of enforcedRules(use.program)) {
      list.addKnown(findingsOfRule(mesh, rule, action));
    }
    for (const provider of use.program.providers) {
      list.addKnown(findingsOfProvider(mesh, provider));
    }
  }
  list.addKnown(findingsOfNamespace(mesh, service.namespace));
  return list.sorted();
}

/** Whether no policy reaches a proxy, nor an ALLOW policy for other hosts: there is nothing to find. */
function isBare({ policies, http }: Program): boolean {
  return policies.length === 0 && http.allow.present === false;
}

const byRule = new WeakMap<CompiledRule, readonly Finding[]>();

/** A rule keeps its identity while its policy is unchanged, and so do its findings. */
export function findingsOfRule(
  mesh: Mesh,
  rule: CompiledRule,
  action: 'ALLOW' | 'DENY',
): readonly Finding[] {
  let findings = byRule.get(rule);
  if (!findings) {
    findings = detectorsFor(rule, action).flatMap(detector =>
      detector.inRule!(rule, action).map(item =>
        toFinding(mesh, detector, { resource: rule.policy, ...item }),
      ),
    );
    byRule.set(rule, findings);
  }
  return findings;
}

interface Finders {
  permissions: CompiledRule['permissions'];
  ALLOW?: readonly Detector[];
  DENY?: readonly Detector[];
}

const findersByClauses = new WeakMap<CompiledRule['principals'], Finders>();

/**
 * Detectors that find something in a rule. It depends on nothing but the clauses, which rules that are
 * written alike share; what they find names the policy.
 */
function detectorsFor(
  rule: CompiledRule,
  action: 'ALLOW' | 'DENY',
): readonly Detector[] {
  let finders = findersByClauses.get(rule.principals);
  if (finders?.permissions !== rule.permissions) {
    finders = { permissions: rule.permissions };
    findersByClauses.set(rule.principals, finders);
  }
  let detectors = finders[action];
  if (!detectors) {
    const present = traitsOfRule(rule);
    detectors = RULE.filter(
      ({ detector, traits }) =>
        (traits === undefined || (traits & present) !== 0) &&
        detector.inRule!(rule, action).length > 0,
    ).map(({ detector }) => detector);
    finders[action] = detectors;
  }
  return detectors;
}

const byProvider = new WeakMap<JwtProvider, readonly Finding[]>();

export function findingsOfProvider(
  mesh: Mesh,
  provider: JwtProvider,
): readonly Finding[] {
  let findings = byProvider.get(provider);
  if (!findings) {
    const { kind, namespace = '', name } = provider.policy;
    const spec = mesh.peek(kind, namespace, name)?.resource.spec as
      | RequestAuthenticationSpec
      | undefined;
    const rule = spec?.jwtRules?.[provider.index] ?? {};
    findings = detectorsForProvider(provider, rule).flatMap(detector =>
      detector.inProvider!(provider, rule).map(item =>
        toFinding(mesh, detector, { resource: provider.policy, ...item }),
      ),
    );
    byProvider.set(provider, findings);
  }
  return findings;
}

const findersByWriting = new WeakMap<
  JwtProvider['writing'],
  readonly Detector[]
>();

/** Detectors that find something in a jwtRule. It depends on nothing but how the rule is written. */
function detectorsForProvider(
  provider: JwtProvider,
  rule: JwtRuleSpec,
): readonly Detector[] {
  let detectors = findersByWriting.get(provider.writing);
  if (!detectors) {
    detectors = PROVIDER.filter(
      ({ detector }) => detector.inProvider!(provider, rule).length > 0,
    ).map(({ detector }) => detector);
    findersByWriting.set(provider.writing, detectors);
  }
  return detectors;
}

export function findingsOfNamespace(
  mesh: Mesh,
  namespace: string,
): readonly Finding[] {
  return mesh.queries.get(NAMESPACE_FINDINGS, namespace, () => {
    const policies = POLICY_KINDS.flatMap(kind =>
      mesh.inNamespace(kind, namespace),
    );
    if (policies.length === 0) return [];
    return NAMESPACE.flatMap(({ detector }) =>
      detector.inNamespace!(mesh, namespace, policies).map(item =>
        toFinding(mesh, detector, item),
      ),
    );
  });
}

/** Policies that no istiod reads. */
export function findingsOfUnread(mesh: Mesh): Finding[] {
  return policiesNotRead(mesh).map(item => toFinding(mesh, notRead, item));
}

function toFinding(
  mesh: Mesh,
  { id, severity, title, fix }: Detector,
  { patch, ...occurrence }: Occurrence,
): Finding {
  const finding = { id, severity, title, fix, ...occurrence };
  const { resource } = finding;
  if (!patch || !resource) return finding;
  const apiVersion = apiVersionOf(mesh, resource);
  return apiVersion === undefined
    ? finding
    : {
        ...finding,
        patch: { target: { ...resource, apiVersion }, operations: patch },
      };
}

/** Also of an object that istiod does not read. */
function apiVersionOf(mesh: Mesh, ref: ResourceRef): string | undefined {
  return mesh.get(ref)?.apiVersion;
}
