import { Hop, Resource } from 'istio-jwt-policy-engine';
import { describeResource } from '../format/describeResource';

/** What a rule of an AuthorizationPolicy can ask for, as far as it matters here. */
interface RuleSpec {
  from?: { source?: Record<string, unknown> }[];
  to?: { operation?: Record<string, unknown> }[];
  when?: { key?: unknown }[];
}

/** Facts of a request that this page does not have. */
export interface LimitContext {
  hop: Hop;
  /** Of the hop, in the order of `hop.policies`. */
  policies: Resource[];
  /** The first hop meets the request as the client sent it; the next ones what a route made of it. */
  isFirst: boolean;
  path: string;
  hasWildcardHost: boolean;
}

/** Where proxies differ in how they read a path, by their mesh config. */
const ODD_PATH = /\/\/|[%\\]|\/\.{1,2}(\/|$|\?)/;

/**
 * Why the AuthorizationPolicies of a hop cannot be decided in the browser, in sentences; none where
 * they can. jwt_authn is not touched by any of these, except by an external authorizer before it.
 */
export function listLimits(context: LimitContext): {
  all: string[];
  external: boolean;
} {
  const { hop, policies, isFirst, path, hasWildcardHost } = context;
  const all: string[] = [];
  let external = false;
  hop.policies.forEach(({ ref, action, dryRun }, index) => {
    if (ref.kind !== 'AuthorizationPolicy' || dryRun) {
      return;
    }
    const name = describeResource(ref);
    if (action === 'CUSTOM') {
      external = true;
      all.push(`${name} asks an external authorizer.`);
      return;
    }
    const asked = listAsked(policies[index]);
    const unknown = asked.filter(field => !isKnown(field, isFirst));
    if (unknown.length > 0) {
      all.push(
        `${name} asks for ${unknown.join(', ')}, which this page does not know${
          isFirst ? '' : ' behind another proxy'
        }.`,
      );
    }
    if (isFirst && ODD_PATH.test(path) && asked.some(isPath)) {
      all.push(
        `${name} asks for the path, and how the proxy normalises one like this depends on the mesh config, which this page does not know.`,
      );
    }
    if (isFirst && hasWildcardHost && asked.some(isHost)) {
      all.push(`${name} asks for the host, and this way in has many.`);
    }
  });
  return { all, external };
}

/** Names of the facts that a policy's rules ask for, each once. */
function listAsked({ spec }: Resource): string[] {
  const { rules } = (spec ?? {}) as { rules?: RuleSpec[] };
  const asked = (Array.isArray(rules) ? rules : []).flatMap(rule => [
    ...(rule?.from ?? []).flatMap(({ source }) => Object.keys(source ?? {})),
    ...(rule?.to ?? []).flatMap(({ operation }) =>
      Object.keys(operation ?? {}),
    ),
    ...(rule?.when ?? []).map(({ key }) => String(key)),
  ]);
  return [...new Set(asked)];
}

const OF_THE_TOKEN = /^(not)?requestPrincipals$|^request\.auth\./i;
const OF_THE_REQUEST = /^(not)?(methods|ports)$/i;
/** A caller that no policy names is taken for granted, and said so. */
const OF_THE_CALLER =
  /^(not)?(principals|namespaces|serviceAccounts)$|^source\.(principal|namespace|serviceAccount)$/i;

function isKnown(field: string, isFirst: boolean): boolean {
  if (OF_THE_TOKEN.test(field) || OF_THE_REQUEST.test(field)) {
    return true;
  }
  // Behind a gateway the caller is the gateway, whose identity the page does not know.
  return (
    isFirst && (OF_THE_CALLER.test(field) || isPath(field) || isHost(field))
  );
}

function isPath(field: string): boolean {
  return /^(not)?paths$/i.test(field);
}

function isHost(field: string): boolean {
  return /^(not)?hosts$/i.test(field);
}
