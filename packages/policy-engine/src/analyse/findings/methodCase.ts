import { AUTHORIZATION_POLICY_DOCS, Detector } from '../detector';
import { checksOn, nameOf, pointerOf, quote, rulePath } from '../rules';

export const methodCase: Detector = {
  id: 'method-case',
  severity: 'error',
  title: 'A method is written in lower case',
  why: 'HTTP methods are case-sensitive (RFC 9110 section 9.1) and Istio compares them so. Envoy refuses a request with a method in lower case, so such a value matches nothing.',
  fix: 'Write methods in upper case.',
  link: AUTHORIZATION_POLICY_DOCS,
  inRule: rule =>
    checksOn(rule, 'method').flatMap(check => {
      const wrong = check.matchers.flatMap(({ text }, index) =>
        /[a-z]/.test(text) ? [{ text, index }] : [],
      );
      if (wrong.length === 0) return [];
      return [
        {
          message: `${nameOf(rule.policy)} names method ${quote(
            wrong.map(({ text }) => text),
          )}, which matches no request.`,
          path: rulePath(rule, check.field),
          patch: wrong.map(({ text, index }) => ({
            op: 'replace' as const,
            path: `${pointerOf(rule, check)}/${index}`,
            value: text.toUpperCase(),
          })),
        },
      ];
    }),
};
