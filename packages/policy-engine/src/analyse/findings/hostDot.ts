import {
  AUTHORIZATION_POLICY_DOCS,
  Detector,
  NOTHING,
  Occurrence,
} from '../detector';
import {
  checksOn,
  describeWayIn,
  enforcedRules,
  nameOf,
  quote,
  rulePath,
  sparesTokens,
} from '../rules';

export const hostDot: Detector = {
  id: 'host-dot',
  severity: 'error',
  title: 'Another host name leads around the policy',
  why: 'A DENY for some hosts is passed by every other name. Where the route takes any host (`*`), a client may write whatever it likes: also the same name with a dot at the end, which DNS resolves alike.',
  fix: 'Name the hosts in the VirtualService too, so that other names get 404, or drop `hosts` from the policy.',
  link: AUTHORIZATION_POLICY_DOCS,
  inWayIn: (way): readonly Occurrence[] => {
    const { wayIn, programs, assessment } = way;
    if (wayIn.kind !== 'gateway' || wayIn.host !== '*') return NOTHING;
    if (!/^(partial|open|validated-only)$/.test(assessment.state))
      return NOTHING;
    return programs.slice(0, 1).flatMap(program =>
      enforcedRules(program).flatMap(({ rule, action }) => {
        if (action !== 'DENY' || !sparesTokens(rule)) return [];
        const check = checksOn(rule, 'host').find(({ negated }) => !negated);
        if (!check) return [];
        const hosts = check.matchers.map(({ text }) => text);
        if (hosts.includes('*')) return [];
        const name = hosts[0].replace(/:\*$/, '').replace(/^\*/, 'x');
        return [
          {
            message: `${nameOf(rule.policy)} asks for a token for ${quote(
              hosts,
            )} only, and ${describeWayIn(
              way,
            )} takes any host: "Host: ${name}." needs none.`,
            resource: rule.policy,
            path: rulePath(rule, check.field),
          },
        ];
      }),
    );
  },
};
