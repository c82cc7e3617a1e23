import { CompiledRule } from '../../compile/program';
import { AUTHORIZATION_POLICY_DOCS, Detector, NOTHING } from '../detector';
import {
  enforcedRules,
  identityChecks,
  nameOf,
  pointerOf,
  proxyName,
  readsIdentity,
  rulePath,
} from '../rules';

export const denyGoodTokens: Detector = {
  id: 'deny-good-tokens',
  severity: 'error',
  title: 'A DENY policy refuses good tokens',
  why: 'A DENY rule refuses what it matches. `requestPrincipals` in it matches the requests that have a valid token; `notRequestPrincipals` those that have none.',
  fix: 'Write `notRequestPrincipals` to refuse requests without a token.',
  link: AUTHORIZATION_POLICY_DOCS,
  inRule: (rule, action) => {
    if (action !== 'DENY') return NOTHING;
    return rule.principals.flatMap(clause =>
      identityChecks(clause).flatMap(check => {
        const [matcher] = check.matchers;
        const whole =
          matcher.on === 'request-principal' && matcher.subject.kind === 'any';
        if (!whole) return [];
        const list = pointerOf(rule, check);
        const isSource = list.endsWith('/requestPrincipals');
        const alone = clause.length === 1;
        return [
          {
            message: `${nameOf(
              rule.policy,
            )} denies requests with a valid token: ${
              check.field
            } is ${JSON.stringify(matcher.text)}.`,
            path: rulePath(rule, check.field),
            ...(isSource && alone
              ? {
                  patch: [
                    { op: 'remove' as const, path: list },
                    {
                      op: 'add' as const,
                      path: list.replace(
                        /requestPrincipals$/,
                        'notRequestPrincipals',
                      ),
                      value: check.matchers.map(({ text }) => text),
                    },
                  ],
                }
              : {}),
          },
        ];
      }),
    );
  },
  inProxy: ({ program, hop }) => {
    if (hop.protocol === 'tcp' || program.providers.length === 0)
      return NOTHING;
    return enforcedRules(program).flatMap(({ rule, action }) =>
      action === 'DENY' && deniesEverything(rule)
        ? [
            {
              message: `${nameOf(
                rule.policy,
              )} denies every request at ${proxyName(
                hop,
              )}, with or without a token.`,
              resource: rule.policy,
              path: rulePath(rule),
            },
          ]
        : [],
    );
  },
};

/** Whether no caller, path or method is spared: at most hosts and ports limit the rule. */
function deniesEverything(rule: CompiledRule): boolean {
  return (
    !readsIdentity(rule) &&
    rule.principals.some(clause => clause.length === 0) &&
    rule.permissions.some(clause =>
      clause.every(
        ({ negated, matchers }) =>
          !negated && /^(host|port)$/.test(matchers[0].on),
      ),
    )
  );
}
