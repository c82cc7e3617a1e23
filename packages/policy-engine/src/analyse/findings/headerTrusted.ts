import { Check, Clause, Program } from '../../compile/program';
import { AUTHORIZATION_POLICY_DOCS, Detector, NOTHING } from '../detector';
import {
  enforcedRules,
  identityChecks,
  isPeerMatcher,
  nameOf,
  rulePath,
} from '../rules';

/** Headers of a CORS preflight: what they exempt is meant to be asked for without credentials. */
const PREFLIGHT = /^(origin|access-control-request-(method|headers))$/;

export const headerTrusted: Detector = {
  id: 'header-trusted',
  severity: 'warning',
  title: 'A request header stands in for a token',
  why: 'A client can send any header. Only headers that a RequestAuthentication at the same proxy writes (`outputClaimToHeaders`, `outputPayloadToHeader`) are removed from requests first.',
  fix: 'Compare the claim itself (`request.auth.claims[…]`), or the identity of the caller (`principals`).',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['header'],
  inProxy: ({ program, hop }) =>
    hop.protocol === 'tcp'
      ? NOTHING
      : enforcedRules(program).flatMap(({ rule, action }) =>
          rule.principals.flatMap(clause => {
            const check = trustedHeader(clause, program, action);
            if (!check) return NOTHING;
            const [matcher] = check.matchers;
            const name = matcher.on === 'header' ? matcher.name : '';
            const what = action === 'ALLOW' ? 'admits' : 'spares';
            return [
              {
                ...(name === 'authorization'
                  ? { severity: 'error' as const }
                  : {}),
                message: `${nameOf(
                  rule.policy,
                )} ${what} whoever sends header ${name} as it asks, without a valid token.`,
                resource: rule.policy,
                path: rulePath(rule, check.field),
              },
            ];
          }),
        ),
};

/** The header by which an anonymous client gets past a rule. */
function trustedHeader(
  clause: Clause,
  { tokenPlaces }: Program,
  action: 'ALLOW' | 'DENY',
): Check | undefined {
  // A DENY is passed by not matching it, an ALLOW by matching it.
  const wanted = action === 'DENY';
  if (!wanted && (identityChecks(clause).length > 0 || hasIdentity(clause))) {
    return undefined;
  }
  return clause.find(
    ({ negated, matchers: [matcher] }) =>
      negated === wanted &&
      matcher.on === 'header' &&
      !PREFLIGHT.test(matcher.name) &&
      !tokenPlaces.outputs.includes(matcher.name),
  );
}

/** Mutual TLS or an address says who may send the header. */
function hasIdentity(clause: Clause): boolean {
  return clause.some(
    ({ negated, matchers: [matcher] }) =>
      !negated &&
      (isPeerMatcher(matcher) || /^(source|remote)-ip$/.test(matcher.on)),
  );
}
