import { matchesPattern } from '../../match/stringPattern';
import { Check } from '../../compile/program';
import { AUTHORIZATION_POLICY_DOCS, Detector } from '../detector';
import { addValues, checksOn, nameOf, quote, rulePath } from '../rules';

export const hostPort: Detector = {
  id: 'host-port',
  severity: 'error',
  title: 'A host is compared without its port',
  why: 'Policies compare the whole Host header, port included, while routes ignore the port. A client that writes `host:1234` is routed alike and not matched.',
  fix: 'List each host twice: `host` and `host:*`.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['host'],
  inRule: (rule, action) =>
    checksOn(rule, 'host').flatMap(check => {
      const hosts = withoutPort(check);
      if (hosts.length === 0) return [];
      // What a rule excludes it fails to exclude, which turns the effect around.
      const bypass = (action === 'DENY') !== check.negated;
      const what = check.negated ? 'exempts' : 'names';
      const effect = bypass
        ? 'a client gets around it'
        : 'the request is refused';
      const exact = hosts.filter(host => !host.startsWith('*'));
      return [
        {
          severity: bypass ? 'error' : 'warning',
          message: `${nameOf(rule.policy)} ${what} ${quote(
            hosts,
          )} without port: with a port in the Host header ${effect}.`,
          path: rulePath(rule, check.field),
          // A suffix cannot be combined with any port: that takes other values.
          ...(exact.length === hosts.length
            ? {
                patch: addValues(
                  rule,
                  check,
                  [...new Set(exact)].map(host => `${host}:*`),
                ),
              }
            : {}),
        },
      ];
    }),
};

/** Hosts of a check that no other value matches with a port. */
function withoutPort(check: Check): string[] {
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
