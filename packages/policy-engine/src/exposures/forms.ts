import { WayIn } from '../model';
import { gatewayWorkloadIdentity } from '../attach/identity';
import { Mesh } from '../attach/Mesh';
import { modeOf } from '../attach/mutualTls';
import {
  Clause,
  CompiledRule,
  JwtProvider,
  Matcher,
  Program,
  RuleSet,
  bareHost,
} from '../compile/program';
import { allRules } from '../compile/ruleSet';
import { leadsTo } from '../decide/walk';
import { candidatesOf } from '../route/candidates';
import { followRoute } from '../route/matchRoute';
import { findVirtualHost } from '../route/routeTable';

/**
 * The form of a way in: everything that its analysis depends on, but for the names of its host and of
 * the policies. Two ways in of one form pass the same requests, under their own host and by their own
 * policies.
 *
 * Undefined where names could matter: some policy or route compares hosts or server names, or the
 * answer is not known and the reason would name an object.
 */
export function formOf(
  mesh: Mesh,
  wayIn: WayIn,
  programs: readonly Program[],
): string | undefined {
  const { kind, host, port, protocol, callerIdentity, hops } = wayIn;
  if (host.includes('*') || host === '' || bareHost(host) !== host) {
    return undefined;
  }
  if (wayIn.uncertain?.length) return undefined;
  const route = formOfRoute(mesh, wayIn);
  if (route === undefined) return undefined;
  const parts: unknown[] = [
    mesh.trustDomain,
    [kind, port, protocol, callerIdentity],
    route,
  ];
  for (const [index, hop] of hops.entries()) {
    const { proxy } = hop;
    const isGateway = proxy.kind === 'gateway';
    if (isGateway && index > 0) return undefined;
    const program = formOfProgram(programs[index], hop.protocol);
    if (program === undefined) return undefined;
    const { mutualTls } = programs[index];
    const speaksOn =
      hops.length > index + 1 && (isGateway || proxy.kind === 'waypoint');
    parts.push([
      proxy.kind,
      hop.port,
      hop.protocol,
      hop.peer,
      mutualTls && modeOf(mutualTls, hop.port),
      program,
      speaksOn ? gatewayWorkloadIdentity(mesh, proxy) : '',
    ]);
  }
  return JSON.stringify(parts);
}

/** Where the gateway's routes send requests; undefined where names could matter. */
function formOfRoute(mesh: Mesh, wayIn: WayIn): unknown {
  const { host, protocol } = wayIn;
  const [hop] = wayIn.hops;
  if (!hop || hop.proxy.kind !== 'gateway' || hop.protocol !== 'http') {
    return 'no routes';
  }
  const sni = protocol === 'https' ? host : undefined;
  const found = findVirtualHost(mesh, hop.proxy, hop.port, host, sni);
  if (found === undefined || found === 'no-listener') return found ?? 'no host';
  if (found.entries.some(({ stored }) => stored.errors.length > 0)) {
    return undefined;
  }
  const form: unknown[] = [found.httpsRedirect];
  for (const { stored, route, match } of candidatesOf(found)) {
    if (match?.authority) return undefined;
    const followed = followRoute(mesh, stored, route, {});
    if (followed.kind === 'unknown') return undefined;
    const { rewrite, headers } = route;
    form.push([
      match,
      leadsTo(followed, wayIn),
      rewrite,
      headers?.request,
      route.route?.map(share => share.headers?.request),
    ]);
  }
  return form;
}

/** Forms kept; a mesh of ten thousand Services has some dozens. */
const MAX_FORMS = 20_000;

/** Numbers for equal texts. A number is never given twice, also not after texts were forgotten. */
class Numbering {
  private readonly numbers = new Map<string, number>();
  private next = 1;

  of(text: string): number {
    let number = this.numbers.get(text);
    if (number === undefined) {
      if (this.numbers.size >= MAX_FORMS) this.numbers.clear();
      number = this.next++;
      this.numbers.set(text, number);
    }
    return number;
  }
}

const numbering = new Numbering();

/** No number: names could matter. */
const NO_FORM = 0;

interface ProgramForms {
  http?: number;
  tcp?: number;
}

const programForms = new WeakMap<Program, ProgramForms>();

function formOfProgram(
  program: Program,
  chain: 'http' | 'tcp',
): number | undefined {
  let forms = programForms.get(program);
  if (!forms) programForms.set(program, (forms = {}));
  forms[chain] ??= numberOfProgram(program, chain);
  return forms[chain] === NO_FORM ? undefined : forms[chain];
}

function numberOfProgram(program: Program, chain: 'http' | 'tcp'): number {
  const { providers, malformedProviders, opaque, settings } = program;
  if (opaque.length > 0 || malformedProviders.length > 0) return NO_FORM;
  const { custom, deny, allow } = program[chain];
  if (custom.present !== false) return NO_FORM;
  const sets = [deny, allow].map(formOfRules);
  if (sets.includes(undefined)) return NO_FORM;
  return numbering.of(
    JSON.stringify([
      settings.pathNormalization,
      settings.clientAddress,
      providers.map(formOfProvider),
      sets,
    ]),
  );
}

function formOfRules(set: RuleSet): unknown[] | undefined {
  // Rules are indexed by host where they compare hosts.
  if (set.byHost.size > 0) return undefined;
  const rules = allRules(set).map(formOfRule);
  return rules.includes(NO_FORM) ? undefined : [set.present, rules];
}

const ruleForms = new WeakMap<CompiledRule, number>();

function formOfRule(rule: CompiledRule): number {
  let form = ruleForms.get(rule);
  if (form === undefined) ruleForms.set(rule, (form = numberOfRule(rule)));
  return form;
}

function numberOfRule({
  principals,
  permissions,
  malformed,
  external,
}: CompiledRule): number {
  if (malformed !== undefined || external) return NO_FORM;
  const principalForm = formOfClauses(principals);
  const permissionForm = formOfClauses(permissions);
  return principalForm === NO_FORM || permissionForm === NO_FORM
    ? NO_FORM
    : numbering.of(`rule ${principalForm} ${permissionForm}`);
}

const clauseForms = new WeakMap<readonly Clause[], number>();

function formOfClauses(clauses: readonly Clause[]): number {
  let form = clauseForms.get(clauses);
  if (form === undefined) {
    form = clauses.some(comparesNames)
      ? NO_FORM
      : numbering.of(`clauses ${JSON.stringify(clauses.map(describeClause))}`);
    clauseForms.set(clauses, form);
  }
  return form;
}

function comparesNames(clause: Clause): boolean {
  return clause.some(({ matchers }) =>
    matchers.some(({ on }) => on === 'host' || on === 'sni'),
  );
}

function describeClause(clause: Clause): unknown {
  return clause.map(({ negated, matchers }) => [
    negated,
    matchers.map(describeMatcher),
  ]);
}

function describeMatcher(matcher: Matcher): unknown {
  // The text says which range; the range itself cannot be written as JSON.
  return 'range' in matcher ? [matcher.on, matcher.text] : matcher;
}

const providerForms = new WeakMap<JwtProvider, number>();

function formOfProvider(provider: JwtProvider): number {
  let form = providerForms.get(provider);
  if (form === undefined) {
    const { policy: _, index: __, allowedAudiences: ___, ...rest } = provider;
    form = numbering.of(`provider ${JSON.stringify(rest)}`);
    providerForms.set(provider, form);
  }
  return form;
}
