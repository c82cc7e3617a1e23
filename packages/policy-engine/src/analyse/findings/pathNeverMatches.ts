import { normalizePath } from '../../match/normalizePath';
import { Matcher } from '../../compile/program';
import { AUTHORIZATION_POLICY_DOCS, Detector } from '../detector';
import { checksOn, nameOf, replaceValue, rulePath, valuesOf } from '../rules';

const NO_SLASH = 'paths begin with a slash';

export const pathNeverMatches: Detector = {
  id: 'path-never-matches',
  severity: 'error',
  title: 'A path can never match',
  why: 'Istio compares the path without query string and fragment, after normalisation: it begins with a slash, dot segments are resolved, backslashes are slashes, and escapes of plain characters are decoded.',
  fix: 'Write the path as it is after normalisation, without query string.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['path'],
  inRule: rule =>
    checksOn(rule, 'path').flatMap(check =>
      valuesOf(check).flatMap(value => {
        const { matcher } = value;
        const why = whyNever(matcher);
        if (!why) return [];
        const fixable = why === NO_SLASH;
        return [
          {
            message: `${nameOf(
              rule.policy,
            )} compares the path with ${JSON.stringify(matcher.text)}: ${why}.`,
            path: rulePath(rule, check.field),
            ...(fixable
              ? { patch: replaceValue(rule, check, value, `/${matcher.text}`) }
              : {}),
          },
        ];
      }),
    ),
};

function whyNever(matcher: Matcher): string | undefined {
  if (matcher.on !== 'path') return undefined;
  const { pattern, text } = matcher;
  if (text.includes('?')) return 'the query string is not part of it';
  if (text.includes('#')) return 'a fragment is cut off first';
  if (pattern.kind === 'exact' || pattern.kind === 'prefix') {
    if (/^[a-z]+:\/\//i.test(text)) return 'scheme and host are not part of it';
    if (!text.startsWith('/')) return NO_SLASH;
    const { path } = normalizePath(pattern.value);
    // A prefix may end inside of a dot segment.
    const same =
      pattern.kind === 'exact'
        ? path === pattern.value
        : pattern.value.startsWith(path) || path.startsWith(pattern.value);
    if (!same) return `after normalisation it reads ${JSON.stringify(path)}`;
  }
  return undefined;
}
