import { Detector } from '../detector';
import { checksOn, nameOf, rulePath } from '../rules';

/** Objects that Keycloak nests roles in: a dot behind them is surely a step down. */
const KNOWN_OBJECTS = /^(realm_access|resource_access)\./;

export const claimPathDot: Detector = {
  id: 'claim-path-dot',
  severity: 'warning',
  title: 'A nested claim is written with a dot',
  why: 'In `request.auth.claims[a.b]` the name of the claim is `a.b`. A claim inside an object takes one pair of brackets for each level: `request.auth.claims[a][b]`.',
  fix: 'Write each level in brackets of its own.',
  link: 'https://istio.io/latest/docs/reference/config/security/conditions/',
  on: ['claim'],
  inRule: rule =>
    checksOn(rule, 'claim').flatMap(check => {
      const [matcher] = check.matchers;
      if (matcher.on !== 'claim') return [];
      const dotted = matcher.claim.filter(
        name => name.includes('.') && !/[/:]/.test(name),
      );
      if (dotted.length === 0) return [];
      const levels = matcher.claim
        .flatMap(name => (dotted.includes(name) ? name.split('.') : [name]))
        .map(name => `[${name}]`)
        .join('');
      const key = `request.auth.claims${levels}`;
      const index = /^when\[(\d+)\]/.exec(check.field)?.[1];
      const sure = KNOWN_OBJECTS.test(dotted[0]) && index !== undefined;
      return [
        {
          message: `${nameOf(rule.policy)} reads a claim named ${JSON.stringify(
            dotted[0],
          )}, not ${key.slice('request.auth.'.length)}.`,
          path: rulePath(rule, check.field),
          fix: `Write \`${key}\` where the claim is nested.`,
          ...(sure
            ? {
                patch: [
                  {
                    op: 'replace' as const,
                    path: `/spec/rules/${rule.index}/when/${index}/key`,
                    value: key,
                  },
                ],
              }
            : {}),
        },
      ];
    }),
};
