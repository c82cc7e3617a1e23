import { AUTHORIZATION_POLICY_DOCS, Detector } from '../detector';
import { nameOf, replaceValue, rulePath } from '../rules';
import { deadPrincipals, valueOf } from './principals';

export const principalNeverMatches: Detector = {
  id: 'principal-never-matches',
  severity: 'error',
  title: 'A request principal can never match',
  why: 'Istio splits a request principal at its last slash into issuer and subject. `https://idp` and `https://idp*` so ask for the issuer `https:/`, and a subject that contains a slash cannot be written out.',
  fix: 'Write `issuer/*`, and compare the subject with a condition on `request.auth.claims[sub]`.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['request-principal'],
  inProxy: use =>
    deadPrincipals(use)
      .filter(({ why }) => why !== 'issuer')
      .map(({ matcher, rule, check, why, providers }) => {
        const asked =
          matcher.issuer.kind === 'exact' ? matcher.issuer.value : matcher.text;
        const cause =
          why === 'unparsable'
            ? 'it has no slash after the issuer'
            : 'its subject contains a slash';
        const meant = matcher.text.replace(/\*$/, '');
        const issuers = [...new Set(providers.map(({ issuer }) => issuer))];
        const near = issuers.filter(issuer => issuer.startsWith(meant));
        const value = `${near[0]}/*`;
        return {
          message: `${JSON.stringify(matcher.text)} in ${nameOf(
            rule.policy,
          )} asks for the issuer ${JSON.stringify(asked)}, because ${cause}.`,
          resource: rule.policy,
          path: rulePath(rule, check.field),
          ...(why === 'unparsable' && near.length === 1
            ? {
                fix: `Write ${JSON.stringify(value)}.`,
                patch: replaceValue(
                  rule,
                  check,
                  valueOf(check, matcher),
                  value,
                ),
              }
            : {}),
        };
      }),
};
