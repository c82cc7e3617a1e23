import { AUTHORIZATION_POLICY_DOCS, Detector } from '../detector';
import {
  checksOn,
  nameOf,
  quote,
  replaceValue,
  rulePath,
  valuesOf,
} from '../rules';

export const methodCase: Detector = {
  id: 'method-case',
  severity: 'error',
  title: 'A method is written in lower case',
  why: 'HTTP methods are case-sensitive (RFC 9110 section 9.1) and Istio compares them so: `get` is another method than GET. Over HTTP/1 Envoy refuses it; over HTTP/2 it takes it from whoever sends it, which no usual client does.',
  fix: 'Write methods in upper case.',
  link: AUTHORIZATION_POLICY_DOCS,
  on: ['method'],
  inRule: rule =>
    checksOn(rule, 'method').flatMap(check => {
      const wrong = valuesOf(check).filter(({ text }) => /[a-z]/.test(text));
      if (wrong.length === 0) return [];
      return [
        {
          message: `${nameOf(rule.policy)} names method ${quote(
            wrong.map(({ text }) => text),
          )}, which no usual request has: methods are written in upper case.`,
          path: rulePath(rule, check.field),
          patch: wrong.flatMap(value =>
            replaceValue(rule, check, value, value.text.toUpperCase()),
          ),
        },
      ];
    }),
};
