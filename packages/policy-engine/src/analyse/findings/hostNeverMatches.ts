import { AUTHORIZATION_POLICY_DOCS, Detector } from '../detector';
import {
  addValues,
  checksOn,
  nameOf,
  replaceValue,
  rulePath,
  valuesOf,
} from '../rules';

export const hostNeverMatches: Detector = {
  id: 'host-never-matches',
  severity: 'error',
  title: 'A host can never match',
  why: '`hosts` is compared with the Host header (`:authority`): a name and perhaps a port, never a scheme or a path.',
  fix: 'Write the name alone, and once more with `:*` for any port.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['host'],
  inRule: rule =>
    checksOn(rule, 'host').flatMap(check =>
      valuesOf(check).flatMap(value => {
        const { text } = value;
        if (!text.includes('/')) return [];
        const [name] = text.replace(/^[a-z]+:\/\//i, '').split('/', 1);
        const known = check.matchers.map(matcher => matcher.text);
        const clean = /^[A-Za-z0-9.-]+$/.test(name);
        return [
          {
            message: `${nameOf(
              rule.policy,
            )} compares the host with ${JSON.stringify(
              text,
            )}, which is no host.`,
            path: rulePath(rule, check.field),
            ...(clean
              ? {
                  patch: [
                    ...replaceValue(rule, check, value, name),
                    ...addValues(
                      rule,
                      check,
                      [`${name}:*`].filter(item => !known.includes(item)),
                    ),
                  ],
                }
              : {}),
          },
        ];
      }),
    ),
};
