import { Clause, CompiledRule } from '../../compile/program';
import { AUTHORIZATION_POLICY_DOCS, Detector, NOTHING } from '../detector';
import {
  enforcedRules,
  identityChecks,
  isIdentityMatcher,
  nameOf,
  proxyName,
  quote,
  rulePath,
} from '../rules';

export const anyIssuer: Detector = {
  id: 'any-issuer',
  severity: 'warning',
  title: "Any trusted issuer's token is accepted",
  why: '`requestPrincipals: ["*"]`, or a condition on claims alone, says nothing of the issuer. Where several are trusted at the proxy, also by policies of other teams, the tokens of each are accepted.',
  fix: 'Name the issuer: `requestPrincipals: ["<issuer>/*"]`.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['request-principal', 'claim'],
  inProxy: ({ program, hop }) => {
    if (hop.protocol === 'tcp' || program.providers.length < 2) return NOTHING;
    const issuers = [...new Set(program.providers.map(({ issuer }) => issuer))];
    if (issuers.length < 2) return NOTHING;
    return enforcedRules(program).flatMap(({ rule, action }) => {
      const field = action === 'ALLOW' ? openAllow(rule) : openDeny(rule);
      return field === undefined
        ? []
        : [
            {
              message: `${nameOf(
                rule.policy,
              )} accepts a token of any issuer, and ${proxyName(
                hop,
              )} trusts ${quote(issuers)}.`,
              resource: rule.policy,
              path: rulePath(rule, field),
            },
          ];
    });
  },
};

/** The field by which some `from` asks for a token and for no issuer. */
function openAllow(rule: CompiledRule): string | undefined {
  for (const clause of rule.principals) {
    const checks = identityChecks(clause);
    if (checks.length > 0 && !checks.some(check => namesIssuer([check]))) {
      return checks[0].field;
    }
  }
  return undefined;
}

/** The field by which a DENY spares tokens of all issuers. */
function openDeny(rule: CompiledRule): string | undefined {
  const spares = rule.principals.flatMap(clause =>
    clause.filter(
      ({ negated, matchers }) => negated && isIdentityMatcher(matchers[0]),
    ),
  );
  return spares.length > 0 && !namesIssuer(spares)
    ? spares[0].field
    : undefined;
}

function namesIssuer(checks: Clause): boolean {
  return checks.some(({ matchers }) =>
    matchers.every(
      matcher =>
        (matcher.on === 'request-principal' && matcher.issuer.kind !== 'any') ||
        (matcher.on === 'claim' && matcher.claim.join('.') === 'iss'),
    ),
  );
}
