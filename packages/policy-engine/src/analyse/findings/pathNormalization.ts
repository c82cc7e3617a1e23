import { AUTHORIZATION_POLICY_DOCS, Detector, NOTHING } from '../detector';
import { checksOn, enforcedRules, nameOf, quote, rulePath } from '../rules';

export const pathNormalization: Detector = {
  id: 'path-normalization',
  severity: 'warning',
  title: 'Two slashes pass a path that is forbidden',
  why: 'By default Istio leaves repeated slashes and `%2F` in the path as they are, so `//admin` does not match `/admin`. Many applications serve both alike (CVE-2021-31920).',
  fix: 'Allow what is meant to be open instead of denying the rest, or set `pathNormalization.normalization: DECODE_AND_MERGE_SLASHES` in the mesh config.',
  link: `${AUTHORIZATION_POLICY_DOCS.replace(
    'reference/config/security/authorization-policy/',
    'ops/best-practices/security/',
  )}#customize-your-system-on-path-normalization`,
  on: ['path'],
  inProxy: ({ hop, program }) => {
    const { pathNormalization: mode } = program.settings;
    if (hop.protocol === 'tcp' || mode.endsWith('MERGE_SLASHES'))
      return NOTHING;
    const rules = enforcedRules(program);
    if (rules.length === 0) return NOTHING;
    return rules.flatMap(({ rule, action }) =>
      checksOn(rule, 'path')
        .filter(({ negated }) => (action === 'DENY') !== negated)
        .flatMap(check => {
          const paths = check.matchers.flatMap(matcher =>
            matcher.on === 'path' &&
            /^(exact|prefix|template)$/.test(matcher.pattern.kind) &&
            matcher.text !== '/*'
              ? [matcher.text]
              : [],
          );
          if (paths.length === 0) return NOTHING;
          return [
            {
              message: `${nameOf(rule.policy)} ${
                check.negated ? 'keeps' : 'denies'
              } ${quote(paths)}${
                check.negated ? ' out' : ''
              }, and "/${paths[0].replace(/\*$/, '')}" is another path to it.`,
              resource: rule.policy,
              path: rulePath(rule, check.field),
            },
          ];
        }),
    );
  },
};
