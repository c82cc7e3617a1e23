import { AUTHORIZATION_POLICY_DOCS, Detector } from '../detector';
import { checksOn, nameOf, pointerOf, rulePath } from '../rules';

export const hostNeverMatches: Detector = {
  id: 'host-never-matches',
  severity: 'error',
  title: 'A host can never match',
  why: '`hosts` is compared with the Host header (`:authority`): a name and perhaps a port, never a scheme or a path.',
  fix: 'Write the name alone, and once more with `:*` for any port.',
  link: AUTHORIZATION_POLICY_DOCS,
  inRule: rule =>
    checksOn(rule, 'host').flatMap(check =>
      check.matchers.flatMap(({ text }, index) => {
        if (!text.includes('/')) return [];
        const name = text.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/, '');
        const list = pointerOf(rule, check);
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
                    {
                      op: 'replace' as const,
                      path: `${list}/${index}`,
                      value: name,
                    },
                    ...(known.includes(`${name}:*`)
                      ? []
                      : [
                          {
                            op: 'add' as const,
                            path: `${list}/-`,
                            value: `${name}:*`,
                          },
                        ]),
                  ],
                }
              : {}),
          },
        ];
      }),
    ),
};
