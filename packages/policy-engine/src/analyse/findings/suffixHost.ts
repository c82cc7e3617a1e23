import { AUTHORIZATION_POLICY_DOCS, Detector } from '../detector';
import {
  addValues,
  checksOn,
  nameOf,
  replaceValue,
  rulePath,
  valuesOf,
} from '../rules';

export const suffixHost: Detector = {
  id: 'suffix-host',
  severity: 'warning',
  title: 'A host suffix matches foreign domains',
  why: '`*example.com` compares the end of the Host header and knows no labels, so it matches `evilexample.com` too. Only `*.example.com` stays inside of the domain.',
  fix: 'Write `*.example.com`, and `example.com` beside it where the domain itself is meant.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['host'],
  inRule: (rule, action) =>
    checksOn(rule, 'host')
      .filter(({ negated }) => (action === 'ALLOW') !== negated)
      .flatMap(check =>
        valuesOf(check).flatMap(value => {
          const { text, matcher } = value;
          if (matcher.on !== 'host' || matcher.pattern.kind !== 'suffix') {
            return [];
          }
          const domain = text.slice(1);
          if (/^[.:]/.test(domain) || domain.includes('*')) return [];
          return [
            {
              message: `${nameOf(rule.policy)} names host ${JSON.stringify(
                text,
              )}, which "evil${domain}" matches too.`,
              path: rulePath(rule, check.field),
              patch: [
                ...replaceValue(rule, check, value, `*.${domain}`),
                ...addValues(rule, check, [domain, `${domain}:*`]),
              ],
            },
          ];
        }),
      ),
};
