import { ProxyRequest } from '../model';
import { and, not, or, Tri } from '../match/tri';
import { Program } from '../compile/program';
import { EffectiveMode, modeOf } from '../attach/mutualTls';
import { Claims, Facts, NO_CLAIMS, readFacts } from './facts';
import { evaluateJwt, JwtOutcome } from './jwtAuthn';
import { headersAfterJwt } from './jwtHeaders';
import { evaluateRuleSet, NOT_MATCHED, RuleSetResult } from './rbac';

/** What stopped a request before the filters. */
export type Precondition =
  | { kind: 'bad-request'; status: 400 | 404; why: string }
  | { kind: 'plaintext-refused' }
  /** The proxy before uses mutual TLS where none is spoken. */
  | { kind: 'tls-refused' }
  | undefined;

/** The raw result of one proxy, from which decisions and traces are made. */
export interface Evaluation {
  /** As RBAC sees the request, after jwt_authn. */
  facts: Facts;
  /** As it came in, and as CUSTOM policies see it. */
  received: Facts;
  precondition: Precondition;
  /** Undefined on a TCP chain, and where a precondition failed. */
  jwt: JwtOutcome | undefined;
  /** Rules of CUSTOM policies whose provider decides. */
  custom: RuleSetResult;
  /** Rules of CUSTOM policies without a provider, which istiod turns into denials. */
  badCustom: RuleSetResult;
  /** These two did not run, and did not match, where jwt_authn refused. */
  deny: RuleSetResult;
  allow: RuleSetResult;
  /** Whether the answer hangs on a mode of mutual TLS that is not known. */
  hangsOnMode: boolean;
  /** Whether the request goes on. */
  passes: Tri;
}

/**
 * Runs a program without writing a trace.
 *
 * @param comparesEach - for an Envoy that surely compares the values of a header one by one
 * @param insistsOnTls - for a caller that uses mutual TLS whatever the proxy takes
 */
export function evaluate(
  program: Program,
  request: ProxyRequest,
  comparesEach = false,
  insistsOnTls = false,
): Evaluation {
  const mode = program.mutualTls && modeOf(program.mutualTls, request.port);
  const evaluateBy = (by: EffectiveMode | undefined) =>
    insistsOnTls && by === 'DISABLE' && request.protocol !== 'tcp'
      ? refuseTls(program, request)
      : evaluateWith(by, program, request, comparesEach);
  const evaluation = evaluateBy(mode);
  if (mode !== 'unknown' || evaluation.hangsOnMode) return evaluation;
  const anonymous = evaluateBy('DISABLE');
  if (anonymous.passes === evaluation.passes) return evaluation;
  return { ...evaluation, hangsOnMode: true, passes: 'unknown' };
}

function evaluateWith(
  mode: EffectiveMode | undefined,
  program: Program,
  request: ProxyRequest,
  comparesEach: boolean,
): Evaluation {
  // With mutual TLS switched off no certificate is asked for.
  const facts = readFacts(
    request,
    program.settings,
    mode !== 'DISABLE',
    comparesEach,
  );
  const hangsOnMode = mode === 'unknown' && facts.principal === undefined;
  const isTcp = request.protocol === 'tcp';
  const precondition = checkPreconditions(facts, request, mode);
  if (precondition)
    return stopBefore(program, facts, precondition, hangsOnMode);
  const jwt = isTcp ? undefined : evaluateJwt(program, request, facts);
  const seen = seenByRbac(facts, jwt);
  const filters = isTcp ? program.tcp : program.http;
  // CUSTOM stands before jwt_authn, and may change what later filters see.
  const custom = evaluateRuleSet(filters.custom, facts, 'unknown');
  const badCustom = evaluateRuleSet(filters.custom, facts, 'refused');
  // What jwt_authn refuses never comes to them.
  const isRefused = jwt?.kind === 'refused';
  const deny = isRefused ? NOT_MATCHED : evaluateRuleSet(filters.deny, seen);
  const allow = isRefused ? NOT_MATCHED : evaluateRuleSet(filters.allow, seen);
  const admitted = or(not(filters.allow.present), allow.matched);
  let passes = and(and(jwtPasses(jwt), not(deny.matched)), admitted);
  if (custom.matched !== false) passes = 'unknown';
  const mayBeStopped = hangsOnMode || mayBeRefused(facts, request);
  if (mayBeStopped) passes = and(passes, 'unknown');
  passes = and(passes, not(badCustom.matched));
  return {
    facts: seen,
    received: facts,
    precondition,
    jwt,
    custom,
    badCustom,
    deny,
    allow,
    hangsOnMode,
    passes: program.opaque.length > 0 ? 'unknown' : passes,
  };
}

/** TLS is no HTTP, and what it carries is never read. */
function refuseTls(program: Program, request: ProxyRequest): Evaluation {
  const facts = readFacts(request, program.settings, false, false);
  return stopBefore(program, facts, { kind: 'tls-refused' }, false);
}

function stopBefore(
  program: Program,
  facts: Facts,
  precondition: Precondition,
  hangsOnMode: boolean,
): Evaluation {
  return {
    facts,
    received: facts,
    precondition,
    jwt: undefined,
    custom: NOT_MATCHED,
    badCustom: NOT_MATCHED,
    deny: NOT_MATCHED,
    allow: NOT_MATCHED,
    hangsOnMode,
    passes: program.opaque.length > 0 ? 'unknown' : false,
  };
}

/** The request as jwt_authn leaves it: with claims, and with headers taken out or written. */
function seenByRbac(facts: Facts, jwt: JwtOutcome | undefined): Facts {
  const claims = claimsAfter(jwt);
  const effects = jwt?.kind === 'passed' ? jwt.effects : undefined;
  const isUnchanged =
    !effects || effects.consumed.length + effects.outputs.length === 0;
  if (isUnchanged) {
    return claims === NO_CLAIMS ? facts : facts.withClaims(claims);
  }
  return facts.afterJwt(claims, headersAfterJwt(facts, effects));
}

function checkPreconditions(
  facts: Facts,
  request: ProxyRequest,
  mode: EffectiveMode | undefined,
): Precondition {
  const { protocol, httpVersion = 1 } = request;
  if (mode === 'STRICT' && facts.principal === undefined) {
    return { kind: 'plaintext-refused' };
  }
  if (protocol === 'tcp') return undefined;
  const why =
    facts.target.refused ??
    (httpVersion === 1 ? facts.refusedByHttp1 : undefined);
  return why === undefined
    ? undefined
    : { kind: 'bad-request', status: isServerWide(request) ? 404 : 400, why };
}

/**
 * Envoy's parser takes `OPTIONS *` (RFC 9110 section 7.1) and anything behind the star, and then finds no
 * absolute path in it: 404, before any filter.
 */
function isServerWide({ method, path }: ProxyRequest): boolean {
  return method === 'OPTIONS' && path?.startsWith('*') === true;
}

/** Whether it depends on the version of HTTP, which is not known. */
export function mayBeRefused(
  facts: Facts,
  { protocol, httpVersion }: ProxyRequest,
): boolean {
  return (
    httpVersion === 'unknown' &&
    protocol !== 'tcp' &&
    facts.refusedByHttp1 !== undefined
  );
}

const UNKNOWN_CLAIMS: Claims = { kind: 'unknown' };

function claimsAfter(jwt: JwtOutcome | undefined): Claims {
  if (jwt?.kind === 'passed') return jwt.claims;
  return jwt?.kind === 'unknown' ? UNKNOWN_CLAIMS : NO_CLAIMS;
}

function jwtPasses(jwt: JwtOutcome | undefined): Tri {
  if (jwt?.kind === 'unknown') return 'unknown';
  return jwt?.kind !== 'refused';
}
