import {
  CompiledRule,
  Matcher,
  Program,
  RBAC_FILTERS,
} from '../../compile/program';
import { allRules } from '../../compile/ruleSet';
import { Mesh } from '../../attach/Mesh';
import { ProxyRequest } from '../../model';

/** Requests that one with something left out can be; the answer is known where theirs are one. */
export interface Variants {
  requests: ProxyRequest[];
  /** What was left out, for a person. */
  missing: string[];
}

/** Of no account and no host that anybody has. */
const NOBODY = 'istio-jwt-nobody';

/**
 * Takes a namespace without a principal for any account of it, and a host that is left out for any
 * host, where policies of the proxy compare them.
 */
export function listVariants(
  mesh: Mesh,
  program: Program,
  request: ProxyRequest,
): Variants {
  const missing: string[] = [];
  let requests = [request];
  const { principal, namespace } = request.source ?? {};
  if (principal === undefined && namespace !== undefined) {
    const accounts = listAccounts(matchersOf(program), namespace);
    const prefix = `${mesh.trustDomain}/ns/${namespace}/sa/`;
    requests = accounts.map(account => ({
      ...request,
      source: { ...request.source, principal: `${prefix}${account}` },
    }));
    missing.push('source.principal');
  }
  const hosts =
    request.host === undefined ? listHosts(matchersOf(program)) : [];
  if (hosts.length > 0 && request.protocol !== 'tcp') {
    requests = requests.flatMap(item => [
      item,
      ...hosts.map(host => ({ ...item, host })),
    ]);
    missing.push('host');
  }
  return { requests, missing };
}

/** One for each thing that policies could say of an account of the namespace. */
function listAccounts(
  matchers: readonly Matcher[],
  namespace: string,
): string[] {
  const accounts = new Set([NOBODY]);
  for (const matcher of matchers) {
    if (matcher.on === 'service-account') {
      if (matcher.namespace === namespace) accounts.add(matcher.account);
    } else if (matcher.on === 'principal') {
      const account = matcher.text.split('/').at(-1)?.replace(/\*/g, '');
      if (account) accounts.add(account);
    }
  }
  return [...accounts];
}

function listHosts(matchers: readonly Matcher[]): string[] {
  const hosts = matchers
    .filter(({ on }) => on === 'host')
    .map(({ text }) => text.replace(/\*/g, NOBODY));
  return hosts.length > 0 ? [...new Set([NOBODY, ...hosts])] : [];
}

const known = new WeakMap<Program, readonly Matcher[]>();

/** Everything that the policies of a proxy compare. */
function matchersOf(program: Program): readonly Matcher[] {
  let found = known.get(program);
  if (!found) {
    const filters = RBAC_FILTERS.flatMap(name => [
      program.http[name],
      program.tcp[name],
    ]);
    found = [...new Set(filters.flatMap(allRules))].flatMap(matchersOfRule);
    known.set(program, found);
  }
  return found;
}

function matchersOfRule({ principals, permissions }: CompiledRule): Matcher[] {
  return [...principals, ...permissions]
    .flat()
    .flatMap(({ matchers }) => matchers);
}
