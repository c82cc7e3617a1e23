import { AUTHORIZATION_POLICY_DOCS, Detector, NOTHING } from '../detector';
import {
  allChecks,
  enforcedRules,
  nameOf,
  proxyName,
  rulePath,
} from '../rules';

export const denyWidens: Detector = {
  id: 'deny-widens',
  severity: 'error',
  title: 'A DENY policy matches more on a TCP port',
  why: 'On a TCP or TLS passthrough port there is no HTTP to look at. A DENY rule loses its HTTP fields there and denies every connection that the rest of it matches; where nothing is left, all.',
  fix: 'Limit the rule by `ports` to the ports that speak HTTP.',
  link: AUTHORIZATION_POLICY_DOCS,
  inProxy: ({ program, hop }) => {
    if (hop.protocol !== 'tcp') return NOTHING;
    return enforcedRules(program).flatMap(({ rule, action }) => {
      const checks = allChecks(rule);
      const lost = checks.filter(({ httpOnly }) => httpOnly);
      if (action !== 'DENY' || lost.length === 0) return NOTHING;
      if (sparesPort(checks, hop.port)) return NOTHING;
      const rest =
        checks.length > lost.length
          ? 'what is left of it matches'
          : 'everything';
      return [
        {
          message: `${nameOf(rule.policy)} loses ${lost
            .map(({ field }) => field)
            .join(', ')} on TCP port ${hop.port} of ${proxyName(
            hop,
          )} and denies ${rest} there.`,
          resource: rule.policy,
          path: rulePath(rule, lost[0].field),
        },
      ];
    });
  },
};

function sparesPort(
  checks: ReturnType<typeof allChecks>,
  port: number,
): boolean {
  return checks.some(({ negated, matchers }) => {
    if (matchers[0].on !== 'port') return false;
    const named = matchers.some(
      matcher => matcher.on === 'port' && matcher.port === port,
    );
    return named === negated;
  });
}
