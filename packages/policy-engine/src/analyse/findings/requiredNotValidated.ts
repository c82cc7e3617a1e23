import { AUTHORIZATION_POLICY_DOCS, Detector, NOTHING } from '../detector';
import {
  enforcedRules,
  identityChecks,
  isIdentityMatcher,
  nameOf,
  rulePath,
} from '../rules';

export const requiredNotValidated: Detector = {
  id: 'required-not-validated',
  severity: 'error',
  title: 'A token is required that nothing validates',
  why: 'Request principals and claims exist only after a RequestAuthentication validated a token at the same proxy. Without one no request ever has them.',
  fix: 'Add a RequestAuthentication with the issuer for the same proxy.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['request-principal', 'claim'],
  inProxy: ({ hop, program }) => {
    const validates =
      program.providers.length + program.malformedProviders.length > 0;
    if (validates || hop.protocol === 'tcp') return NOTHING;
    return enforcedRules(program).flatMap(({ rule, action }) => {
      const check = rule.principals
        .flatMap(clause =>
          action === 'ALLOW'
            ? identityChecks(clause)
            : clause.filter(
                ({ negated, matchers }) =>
                  negated && isIdentityMatcher(matchers[0]),
              ),
        )
        .at(0);
      if (!check) return NOTHING;
      const message = `${nameOf(rule.policy)} asks ${hop.proxy.kind} ${
        hop.proxy.name
      } for ${
        check.field
      }, and no RequestAuthentication with rules reaches that proxy: good tokens are refused too.`;
      return [
        { message, resource: rule.policy, path: rulePath(rule, check.field) },
      ];
    });
  },
};
