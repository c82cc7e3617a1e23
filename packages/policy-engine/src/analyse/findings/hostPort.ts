import { matchesPattern } from '../../match/stringPattern';
import { Check } from '../../compile/program';
import { AUTHORIZATION_POLICY_DOCS, Detector, Occurrence } from '../detector';
import { enforcedRules, nameOf, proxiesOf, quote, rulePath } from '../rules';

export const hostPort: Detector = {
  id: 'host-port',
  severity: 'error',
  title: 'A host is compared without its port',
  why: 'Policies compare the whole Host header, port included, while routes ignore the port. A client that writes `host:1234` is routed alike and not matched.',
  fix: 'List each host twice: `host` and `host:*`.',
  link: AUTHORIZATION_POLICY_DOCS,
  detect: ({ waysIn }) =>
    proxiesOf(waysIn)
      .filter(({ hop }) => hop.protocol === 'http')
      .flatMap(({ program }) =>
        enforcedRules(program).flatMap(({ rule, action }) =>
          rule.permissions.flatMap(clause =>
            clause.flatMap((check): Occurrence[] => {
              const hosts = withoutPort(check);
              if (hosts.length === 0) return [];
              const effect =
                action === 'DENY'
                  ? 'the DENY is bypassed'
                  : 'the ALLOW does not match and the request is refused';
              return [
                {
                  severity: action === 'DENY' ? 'error' : 'warning',
                  message: `${nameOf(rule.policy)} names ${quote(
                    hosts,
                  )} without port: with a port in the Host header ${effect}.`,
                  resource: rule.policy,
                  path: rulePath(rule, check.field),
                },
              ];
            }),
          ),
        ),
      ),
};

/** Exact hosts of a check that no other value matches with a port. */
function withoutPort(check: Check): string[] {
  if (check.negated) return [];
  const patterns = check.matchers.flatMap(matcher =>
    matcher.on === 'host' ? [matcher.pattern] : [],
  );
  return patterns.flatMap(pattern => {
    const { kind } = pattern;
    if (kind !== 'exact' && kind !== 'suffix') return [];
    const example = kind === 'exact' ? pattern.value : `x${pattern.value}`;
    if (/:\d+$/.test(example)) return [];
    const covered = patterns.some(other =>
      matchesPattern(other, `${example}:65001`),
    );
    return covered
      ? []
      : [kind === 'exact' ? pattern.value : `*${pattern.value}`];
  });
}
