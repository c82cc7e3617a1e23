import { Matcher } from '../../compile/program';
import { AUTHORIZATION_POLICY_DOCS, Detector } from '../detector';
import { allChecks, nameOf, replaceValue, rulePath, valuesOf } from '../rules';

const COMPARED: readonly Matcher['on'][] = [
  'path',
  'host',
  'method',
  'principal',
  'request-principal',
  'claim',
  'header',
  'sni',
];

export const wildcardInside: Detector = {
  id: 'wildcard-inside',
  severity: 'error',
  title: 'A star stands where it is no wildcard',
  why: 'A star is a wildcard only as the first or the last character of a value, or alone. Anywhere else, and at both ends at once, it is compared as a plain character.',
  fix: 'Write a prefix (`x*`) or a suffix (`*x`); in paths `{*}` is one segment and `{**}` the rest.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: COMPARED,
  inRule: rule =>
    allChecks(rule)
      .filter(({ matchers }) =>
        matchers.some(({ text }) => hasLiteralStar(text)),
      )
      .flatMap(check =>
        valuesOf(check).flatMap(value => {
          const { text } = value;
          const [{ on }] = check.matchers;
          if (!COMPARED.includes(on) || !hasLiteralStar(text)) return [];
          const template = on === 'path' ? asTemplate(text) : undefined;
          return [
            {
              message: `${nameOf(rule.policy)} compares ${
                check.field
              } with ${JSON.stringify(
                text,
              )}, in which a star is a plain character.`,
              path: rulePath(rule, check.field),
              ...(template === undefined
                ? {}
                : {
                    fix: `Write ${JSON.stringify(template)}.`,
                    patch: replaceValue(rule, check, value, template),
                  }),
            },
          ];
        }),
      ),
};

function hasLiteralStar(text: string): boolean {
  if (text === '*' || /\{\*\*?\}/.test(text)) return false;
  const inner = text.startsWith('*') ? text.slice(1) : text.slice(0, -1);
  return inner.includes('*') || (text.startsWith('*') && text.endsWith('*'));
}

/** The template that was surely meant: stars that are whole segments, and at the end the rest. */
function asTemplate(text: string): string | undefined {
  const segments = text.split('/');
  const plain = segments.every(part => part === '*' || !/[*{}]/.test(part));
  if (!text.startsWith('/') || !plain) return undefined;
  return segments
    .map((part, index) => {
      if (part !== '*') return part;
      return index === segments.length - 1 ? '{**}' : '{*}';
    })
    .join('/');
}
