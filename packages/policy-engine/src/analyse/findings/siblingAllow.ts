import {
  AUTHORIZATION_POLICY_DOCS,
  Detector,
  NOTHING,
  Occurrence,
} from '../detector';
import { describeWayIn, enforcedRules, nameOf, needsToken } from '../rules';

export const siblingAllow: Detector = {
  id: 'sibling-allow',
  severity: 'error',
  title: 'Another ALLOW policy admits requests without a token',
  why: 'ALLOW policies on one proxy are alternatives: a request passes when any rule of any of them matches. A policy that requires a token takes nothing back from its siblings.',
  fix: 'Put both conditions into one rule (`principals` and `requestPrincipals` in the same source), or require the token with a DENY policy on `notRequestPrincipals`.',
  link: AUTHORIZATION_POLICY_DOCS,
  inService: ({ waysIn }) => {
    const admitting = waysIn.filter(({ analysis }) =>
      analysis.exposures.some(({ admittedBy }) => admittedBy !== undefined),
    );
    if (admitting.length === 0) return NOTHING;
    return admitting.flatMap(way => {
      const { exposures } = way.analysis;
      return exposures.flatMap(
        ({ admittedBy, admittedAt, preflight, summary }): Occurrence[] => {
          if (!admittedBy || admittedAt === undefined || preflight) return [];
          const allows = enforcedRules(way.programs[admittedAt])
            .filter(
              ({ action, rule }) => action === 'ALLOW' && needsToken(rule),
            )
            .map(({ rule }) => rule.policy);
          const same = (ref: { namespace?: string; name: string }) =>
            ref.name === admittedBy.name &&
            ref.namespace === admittedBy.namespace;
          const jwt = allows.find(ref => !same(ref));
          if (!jwt || allows.some(same)) return [];
          return [
            {
              message: `${nameOf(
                admittedBy,
              )} admits ${summary} by ${describeWayIn(
                way,
              )} without a token, although ${nameOf(jwt)} requires one.`,
              resource: admittedBy,
            },
          ];
        },
      );
    });
  },
};
