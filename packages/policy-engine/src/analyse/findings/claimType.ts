import { AUTHORIZATION_POLICY_DOCS, Detector } from '../detector';
import { checksOn, nameOf, quote, rulePath } from '../rules';

/** Claims that OpenID Connect Core and RFC 7519 define as boolean or number. */
const NEVER_STRINGS = new Set([
  'email_verified',
  'phone_number_verified',
  'exp',
  'iat',
  'nbf',
  'auth_time',
  'updated_at',
]);

export const claimType: Detector = {
  id: 'claim-type',
  severity: 'warning',
  title: 'A claim is compared that is no string',
  why: 'Istio compares claims as strings, or as lists of strings. A boolean or a number in the token equals no value, whatever is written in the policy.',
  fix: 'Have the issuer write the claim as a string, or compare a claim that is one.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['claim'],
  inRule: (rule, action) =>
    checksOn(rule, 'claim').flatMap(check => {
      const [matcher] = check.matchers;
      if (matcher.on !== 'claim') return [];
      const known = NEVER_STRINGS.has(matcher.claim.join('.'));
      const values = check.matchers
        .map(({ text }) => text)
        .filter(text => known || /^(true|false|-?\d+(\.\d+)?)$/.test(text));
      if (values.length === 0) return [];
      const effect =
        (action === 'ALLOW') === check.negated
          ? 'nothing is kept out by it'
          : 'no token meets it';
      return [
        {
          severity: known ? 'error' : 'warning',
          message: `${nameOf(rule.policy)} compares claim ${matcher.claim.join(
            '.',
          )} with ${quote(values)}: ${
            known ? 'it is' : 'where it is'
          } a boolean or a number in the token ${effect}.`,
          path: rulePath(rule, check.field),
        },
      ];
    }),
};
