import { WayIn } from '../model';
import { Mesh } from '../attach/Mesh';
import { compileProxy } from '../compile/compileProxy';
import { WayInDecision } from '../decide/decideWayIn';
import { describe } from './describeAnswer';
import { ReadAnswer } from './observation';

/** Why no proxy of the way in can have given an answer; undefined where one can. */
export function whyNotFromHere(
  mesh: Mesh,
  wayIn: WayIn,
  decision: WayInDecision,
  seen: ReadAnswer,
): { summary: string; fix?: string } | undefined {
  const programs = wayIn.hops.map(({ proxy }) => compileProxy(mesh, proxy));
  const missing = (what: string) => ({
    summary: `${describe(
      seen,
    )} No ${what} reaches any proxy of this way in, so the answer comes from elsewhere: another gateway or way in, a proxy that has other configuration than was read, or an EnvoyFilter.`,
    fix: 'See in the access logs which proxy answered, and whether the name resolves to this gateway.',
  });
  const policies = programs.some(
    ({ http, tcp }) =>
      http.allow.present !== false ||
      http.deny.present !== false ||
      tcp.allow.present !== false ||
      tcp.deny.present !== false,
  );
  if (seen.origin === 'rbac' && !policies) {
    return missing('enforced AuthorizationPolicy');
  }
  if (seen.origin === 'rbac' && seen.policyId !== undefined) {
    const unknownPolicy = whyUnknownPolicy(programs, seen.policyId);
    if (unknownPolicy) return { ...missing('policy'), summary: unknownPolicy };
  }
  const validates = programs.some(({ providers }) => providers.length > 0);
  if (seen.origin === 'jwt_authn' && !validates) {
    return missing('RequestAuthentication with rules');
  }
  const custom = programs.some(({ http }) => http.custom.present !== false);
  if (seen.origin === 'ext-authz' && !custom) {
    return missing('AuthorizationPolicy with action CUSTOM');
  }
  if (seen.origin === 'elsewhere') {
    return {
      summary: `${describe(seen)} The header says ${JSON.stringify(
        seen.server,
      )}, and Istio's proxies call themselves istio-envoy: the answer is not theirs.`,
      fix: 'See what stands in front of the gateway, and where the name resolves to.',
    };
  }
  const refusal = seen.status === 401 || seen.status === 403;
  if (refusal && seen.origin === 'unknown' && hasOtherBody(seen)) {
    const own =
      decision.status === 200
        ? "The mesh lets this request pass, so it is the application's own answer, or that of a proxy in front of the gateway."
        : `The mesh would have answered ${decision.status}${
            decision.body ? ` ${decision.body}` : ''
          }, so the request did not come this way.`;
    return {
      summary: `${describe(
        seen,
      )} Istio's refusals say "RBAC: access denied" or name what is wrong with the JWT; this one does not. ${own}`,
      fix: "Look into the application's log for this request.",
    };
  }
  return undefined;
}

function hasOtherBody({ body, details }: ReadAnswer): boolean {
  return body !== undefined || details !== undefined;
}

function whyUnknownPolicy(
  programs: readonly ReturnType<typeof compileProxy>[],
  id: string,
): string | undefined {
  if (id === 'none') return undefined;
  const known = programs.some(({ policies }) =>
    policies.some(({ ref }) =>
      id.startsWith(`ns[${ref.namespace}]-policy[${ref.name}]-`),
    ),
  );
  return known
    ? undefined
    : `The proxy that answered has ${id}, which reaches no proxy of this way in.`;
}
