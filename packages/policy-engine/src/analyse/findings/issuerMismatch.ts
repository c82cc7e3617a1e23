import { foldIssuer } from '../../foldIssuer';
import { AUTHORIZATION_POLICY_DOCS, Detector } from '../detector';
import { nameOf, quote, replaceValue, rulePath } from '../rules';
import { deadPrincipals, valueOf } from './principals';

export const issuerMismatch: Detector = {
  id: 'issuer-mismatch',
  severity: 'error',
  title: 'A policy asks for an issuer that is not configured',
  why: 'The issuer in `requestPrincipals` must equal `issuer` of a RequestAuthentication on the same proxy to the letter, a trailing slash included. Tokens of other issuers get 401 before the policy is asked.',
  fix: 'Write the issuer exactly as in the RequestAuthentication, followed by `/*`. An issuer that ends in a slash needs two slashes.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['request-principal'],
  inProxy: use =>
    deadPrincipals(use)
      .filter(({ why }) => why === 'issuer')
      .map(({ matcher, rule, action, check, providers }) => {
        const asked =
          matcher.issuer.kind === 'exact' ? matcher.issuer.value : undefined;
        const issuers = [...new Set(providers.map(({ issuer }) => issuer))];
        const near = issuers.filter(
          issuer => foldIssuer(issuer) === foldIssuer(asked ?? ''),
        );
        const effect = action === 'ALLOW' ? 'never matches' : 'spares nobody';
        const subject = matcher.text.slice(asked?.length);
        const value = `${near[0]}${subject}`;
        return {
          message: `${nameOf(rule.policy)} asks for ${JSON.stringify(
            matcher.text,
          )} and ${effect}: the proxy knows issuer ${quote(issuers)}.`,
          resource: rule.policy,
          path: rulePath(rule, check.field),
          ...(asked !== undefined && near.length === 1
            ? {
                fix: `Write ${JSON.stringify(
                  value,
                )}: the issuers differ only in case or a trailing slash.`,
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
