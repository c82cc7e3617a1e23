import { AUTHORIZATION_POLICY_DOCS, Detector } from '../detector';
import { checksOn, nameOf, quote, rulePath } from '../rules';

export const scopeWithSpace: Detector = {
  id: 'scope-with-space',
  severity: 'error',
  title: 'Several scopes are written as one value',
  why: 'Istio splits the claims `scope` and `permission` at spaces and compares each part. A value with a space in it equals no part.',
  fix: 'List each scope as a value of its own: one of them is enough then. To ask for all of them, write one condition for each.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['claim'],
  inRule: rule =>
    checksOn(rule, 'claim').flatMap(check => {
      const [matcher] = check.matchers;
      if (matcher.on !== 'claim') return [];
      if (!/^(scope|permission)$/.test(matcher.claim.join('.'))) return [];
      const values = check.matchers
        .map(({ text }) => text)
        .filter(text => text.trim().includes(' '));
      return values.length === 0
        ? []
        : [
            {
              message: `${nameOf(rule.policy)} compares ${
                matcher.claim[0]
              } with ${quote(values)}, which no token meets.`,
              path: rulePath(rule, check.field),
            },
          ];
    }),
};
