import { AUTHORIZATION_POLICY_DOCS, Detector } from '../detector';
import { nameOf, quote, rulePath } from '../rules';
import { deadPrincipals } from './principals';

export const issuerMismatch: Detector = {
  id: 'issuer-mismatch',
  severity: 'error',
  title: 'A policy asks for an issuer that is not configured',
  why: 'The issuer in `requestPrincipals` must equal `issuer` of a RequestAuthentication on the same proxy to the letter, a trailing slash included. Tokens of other issuers get 401 before the policy is asked.',
  fix: 'Write the issuer exactly as in the RequestAuthentication, followed by `/*`. An issuer that ends in a slash needs two slashes.',
  link: AUTHORIZATION_POLICY_DOCS,
  detect: ({ waysIn }) =>
    deadPrincipals(waysIn)
      .filter(({ why }) => why === 'issuer')
      .map(({ matcher, rule, action, field, providers }) => {
        const asked =
          matcher.issuer.kind === 'exact' ? matcher.issuer.value : matcher.text;
        const issuers = [...new Set(providers.map(({ issuer }) => issuer))];
        const near = issuers.find(issuer => fold(issuer) === fold(asked));
        const effect = action === 'ALLOW' ? 'never matches' : 'spares nobody';
        return {
          message: `${nameOf(rule.policy)} asks for issuer ${JSON.stringify(
            asked,
          )} and ${effect}: the proxy knows ${quote(issuers)}.`,
          resource: rule.policy,
          path: rulePath(rule, field),
          ...(near
            ? {
                fix: `Write ${JSON.stringify(
                  `${near}/*`,
                )}: the values differ only in case or a trailing slash.`,
              }
            : {}),
        };
      }),
};

function fold(issuer: string): string {
  return issuer.toLowerCase().replace(/\/+$/, '');
}
