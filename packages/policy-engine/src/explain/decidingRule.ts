import { Decision, ProxyRef, ResourceRef } from '../model';
import { Mesh } from '../attach/Mesh';
import { compileProxy } from '../compile/compileProxy';
import { WayInDecision } from '../decide/decideWayIn';

/** The rule that decided. @public */
export interface DecidingRule {
  resource: ResourceRef;
  /** Index in `rules` or `jwtRules`. */
  rule?: number;
  /** Field of the rule, such as `from[0].source.requestPrincipals`. */
  field?: string;
  /** Where it decided. */
  proxy: ProxyRef;
}

/** The step that settled a decision. */
export function decidingRule(
  mesh: Mesh,
  { hops, status }: WayInDecision,
): DecidingRule | undefined {
  const hop =
    status === 200
      ? hops.at(-1)
      : hops.find(({ decision }) => decision.status !== 200);
  if (!hop) return undefined;
  const { trace } = hop.decision;
  const step =
    trace.find(
      item => item.filter === 'rbac-deny' && item.outcome === 'matched',
    ) ??
    trace.find(
      item => item.filter === 'jwt_authn' && item.outcome === 'refused',
    ) ??
    trace.find(
      item =>
        item.filter === 'peer-authentication' && item.outcome === 'refused',
    ) ??
    trace.find(
      item => item.filter === 'rbac-allow' && item.outcome === 'matched',
    ) ??
    nearestStep(trace);
  if (!step?.resource) {
    return status === 403 ? emptyAllow(mesh, hop.proxy) : undefined;
  }
  return {
    resource: step.resource,
    ...(step.rule === undefined ? {} : { rule: step.rule }),
    ...(step.field === undefined ? {} : { field: step.field }),
    proxy: hop.proxy,
  };
}

/** Where no rule is at hand to match, the policy whose presence makes the proxy refuse. */
function emptyAllow(mesh: Mesh, proxy: ProxyRef): DecidingRule | undefined {
  const allow = compileProxy(mesh, proxy).policies.find(
    ({ action, dryRun }) => action === 'ALLOW' && !dryRun,
  );
  return allow && { resource: allow.ref, proxy };
}

function nearestStep(
  trace: Decision['trace'],
): Decision['trace'][number] | undefined {
  const missed = trace.filter(
    step => step.filter === 'rbac-allow' && step.outcome === 'not-matched',
  );
  return (
    missed.find(step =>
      /requestPrincipals|request\.auth/.test(step.field ?? ''),
    ) ?? missed[0]
  );
}

/** The decision that settled a request. */
export function lastOf({ hops }: WayInDecision): Decision | undefined {
  return (hops.find(({ decision }) => decision.status !== 200) ?? hops.at(-1))
    ?.decision;
}
