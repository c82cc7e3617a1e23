import { ProxyRequest } from '../model';
import { and, not, or, Tri } from '../match/tri';
import { Program } from '../compile/program';
import { modeOf } from '../attach/mutualTls';
import { Facts, readFacts } from './facts';
import { evaluateJwt, JwtOutcome } from './jwtAuthn';
import { METHODS } from './methods';
import { headersAfterJwt } from './jwtHeaders';
import { evaluateRuleSet, RuleSetResult } from './rbac';

/** What stopped a request before the filters. */
export type Precondition =
  | { kind: 'bad-request'; why: string }
  | { kind: 'plaintext-refused' }
  | undefined;

/** The raw result of one proxy, from which decisions and traces are made. */
export interface Evaluation {
  facts: Facts;
  precondition: Precondition;
  /** Undefined on a TCP chain, and where a precondition failed. */
  jwt: JwtOutcome | undefined;
  custom: RuleSetResult;
  deny: RuleSetResult;
  allow: RuleSetResult;
  /** Whether the request goes on. */
  passes: Tri;
}

const NOT_RUN: RuleSetResult = { matched: false };

/** Runs a program without writing a trace. */
export function evaluate(program: Program, request: ProxyRequest): Evaluation {
  const asGiven = readFacts(request);
  const mode = program.mutualTls && modeOf(program.mutualTls, request.port);
  // With mutual TLS switched off no certificate is asked for.
  const facts =
    mode === 'DISABLE' ? { ...asGiven, principal: undefined } : asGiven;
  const isTcp = request.protocol === 'tcp';
  const precondition = checkPreconditions(facts, mode, isTcp);
  if (precondition) {
    return {
      facts,
      precondition,
      jwt: undefined,
      custom: NOT_RUN,
      deny: NOT_RUN,
      allow: NOT_RUN,
      passes: program.opaque.length > 0 ? 'unknown' : false,
    };
  }
  const jwt = isTcp ? undefined : evaluateJwt(program, request, facts);
  const claims = claimsAfter(jwt);
  const { headers, tokenPrefixes } = headersAfterJwt(facts, jwt);
  const seen = { ...facts, claims, headers, tokenPrefixes };
  const filters = isTcp ? program.tcp : program.http;
  // ext_authz runs before jwt_authn and may change what later filters see.
  const custom = evaluateRuleSet(filters.custom, facts);
  const deny = evaluateRuleSet(filters.deny, seen);
  const allow = evaluateRuleSet(filters.allow, seen);
  const admitted = or(not(filters.allow.present), allow.matched);
  const inChain = and(and(jwtPasses(jwt), not(deny.matched)), admitted);
  const isCertain =
    program.opaque.length === 0 &&
    custom.matched === false &&
    !(mode === 'unknown' && facts.principal === undefined);
  return {
    facts: seen,
    precondition,
    jwt,
    custom,
    deny,
    allow,
    passes: isCertain ? inChain : 'unknown',
  };
}

function checkPreconditions(
  facts: Facts,
  mode: string | undefined,
  isTcp: boolean,
): Precondition {
  if (mode === 'STRICT' && facts.principal === undefined) {
    return { kind: 'plaintext-refused' };
  }
  if (isTcp) return undefined;
  if (!METHODS.has(facts.method)) {
    const why = `Envoy's HTTP/1 parser knows no method ${JSON.stringify(
      facts.method,
    )}`;
    return { kind: 'bad-request', why };
  }
  return undefined;
}

function claimsAfter(jwt: JwtOutcome | undefined): Facts['claims'] {
  if (jwt?.kind === 'passed') return jwt.claims;
  return { kind: jwt?.kind === 'unknown' ? 'unknown' : 'none' };
}

function jwtPasses(jwt: JwtOutcome | undefined): Tri {
  if (jwt?.kind === 'unknown') return 'unknown';
  return jwt?.kind !== 'refused';
}
