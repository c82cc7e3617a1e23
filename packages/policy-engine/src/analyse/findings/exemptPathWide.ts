import { Check, CompiledRule } from '../../compile/program';
import { AUTHORIZATION_POLICY_DOCS, Detector } from '../detector';
import {
  checksOn,
  nameOf,
  needsToken,
  readsIdentity,
  rulePath,
  sparesTokens,
} from '../rules';

export const exemptPathWide: Detector = {
  id: 'exempt-path-wide',
  severity: 'warning',
  title: 'An exemption covers more paths than it seems to',
  why: 'A prefix compares characters, not segments: `/health*` exempts `/health-admin` too. A suffix says nothing of what stands before it: `*.js` exempts `/admin/x.js`, which many servers answer as `/admin`.',
  fix: 'Write the path and `path/*` as two values, and list files by their directory.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['path'],
  inRule: (rule, action) =>
    exemptions(rule, action).flatMap(check =>
      check.matchers.flatMap(matcher => {
        if (matcher.on !== 'path') return [];
        const { pattern, text } = matcher;
        const example =
          pattern.kind === 'prefix' && !pattern.value.endsWith('/')
            ? `${pattern.value}-admin`
            : undefined;
        const below =
          pattern.kind === 'suffix'
            ? `/admin${slash(pattern.value)}`
            : undefined;
        const passed = example ?? below;
        return passed === undefined
          ? []
          : [
              {
                message: `${nameOf(rule.policy)} exempts ${JSON.stringify(
                  text,
                )} from the token, and so ${JSON.stringify(passed)}.`,
                path: rulePath(rule, check.field),
              },
            ];
      }),
    ),
};

/** Path checks whose match lets a request pass without a token. */
function exemptions(rule: CompiledRule, action: 'ALLOW' | 'DENY'): Check[] {
  const paths = checksOn(rule, 'path');
  if (action === 'DENY') {
    return sparesTokens(rule) ? paths.filter(({ negated }) => negated) : [];
  }
  const open = !needsToken(rule) && !readsIdentity(rule) && isAnonymous(rule);
  return open ? paths.filter(({ negated }) => !negated) : [];
}

/** Whether some `from` asks for nothing, so that anybody is exempt. */
function isAnonymous(rule: CompiledRule): boolean {
  return rule.principals.some(clause => clause.every(({ negated }) => negated));
}

function slash(suffix: string): string {
  return suffix.startsWith('/') ? suffix : `/x${suffix}`;
}
