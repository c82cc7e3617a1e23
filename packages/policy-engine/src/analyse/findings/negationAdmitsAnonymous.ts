import { Clause, CompiledRule, Program } from '../../compile/program';
import { JsonPatchOperation } from '../../model';
import { AUTHORIZATION_POLICY_DOCS, Detector, NOTHING } from '../detector';
import {
  enforcedRules,
  identityChecks,
  isIdentityMatcher,
  isPeerMatcher,
  nameOf,
  rulePath,
} from '../rules';

export const negationAdmitsAnonymous: Detector = {
  id: 'negation-admits-anonymous',
  severity: 'error',
  title: 'A negated condition on the token admits requests without one',
  why: '`notValues` and `notRequestPrincipals` hold for every request that does not have the value, and a request without a token has none. In an ALLOW rule they admit it.',
  fix: 'Ask for a token in the same rule: `requestPrincipals: ["<issuer>/*"]` in its `from`.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['request-principal', 'claim'],
  inProxy: ({ program, hop }) =>
    hop.protocol === 'tcp'
      ? NOTHING
      : enforcedRules(program).flatMap(({ rule, action }) => {
          if (action !== 'ALLOW') return NOTHING;
          return rule.principals.flatMap(clause => {
            const check = clause.find(
              ({ negated, matchers }) =>
                negated && matchers.some(isIdentityMatcher),
            );
            if (!check || identityChecks(clause).length > 0) return NOTHING;
            return [
              {
                severity: hasCaller(clause)
                  ? ('warning' as const)
                  : ('error' as const),
                message: `${nameOf(rule.policy)} asks that ${
                  check.field
                } is none of ${check.matchers
                  .map(({ text }) => JSON.stringify(text))
                  .join(', ')}, which a request without a token meets.`,
                resource: rule.policy,
                path: rulePath(rule, check.field),
                ...patchFor(rule, program),
              },
            ];
          });
        }),
};

function hasCaller(clause: Clause): boolean {
  return clause.some(
    ({ negated, matchers }) => !negated && isPeerMatcher(matchers[0]),
  );
}

/** Where one issuer is trusted there is no choice left. */
function patchFor(
  rule: CompiledRule,
  { providers }: Program,
): { patch?: JsonPatchOperation[] } {
  const issuers = [...new Set(providers.map(({ issuer }) => issuer))];
  if (issuers.length !== 1 || issuers[0] === '') return {};
  const value = [`${issuers[0]}/*`];
  const froms = new Set(
    rule.principals.flatMap(clause =>
      clause.flatMap(({ field }) => /^from\[(\d+)\]/.exec(field)?.[1] ?? []),
    ),
  );
  const base = `/spec/rules/${rule.index}/from`;
  return {
    patch:
      froms.size === 0
        ? [
            {
              op: 'add',
              path: base,
              value: [{ source: { requestPrincipals: value } }],
            },
          ]
        : [...froms].map(index => ({
            op: 'add',
            path: `${base}/${index}/source/requestPrincipals`,
            value,
          })),
  };
}
