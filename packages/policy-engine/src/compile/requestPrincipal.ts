import { StringPattern } from '../match/stringPattern';

const ANY: StringPattern = { kind: 'any', nonEmpty: true };

/**
 * Splits `requestPrincipals` values into matchers on `iss` and `sub`, as Istio's
 * requestPrincipalGenerator does: at the last slash, whatever stands before it.
 */
export function parseRequestPrincipal(text: string): {
  issuer: StringPattern;
  subject: StringPattern;
} {
  const cut = text.lastIndexOf('/');
  const found = cut >= 0;
  const iss = found ? text.slice(0, cut) : text;
  const sub = found ? text.slice(cut + 1) : '';
  if (text === '*') return { issuer: ANY, subject: ANY };
  if (text.startsWith('*')) {
    if (!found) {
      return { issuer: ANY, subject: { kind: 'suffix', value: text.slice(1) } };
    }
    return {
      issuer: iss === '*' ? ANY : { kind: 'suffix', value: iss.slice(1) },
      subject: { kind: 'exact', value: sub },
    };
  }
  if (text.endsWith('*')) {
    if (!found) {
      return {
        issuer: { kind: 'prefix', value: text.slice(0, -1) },
        subject: ANY,
      };
    }
    return {
      issuer: { kind: 'exact', value: iss },
      subject: sub === '*' ? ANY : { kind: 'prefix', value: sub.slice(0, -1) },
    };
  }
  return {
    issuer: { kind: 'exact', value: iss },
    subject: { kind: 'exact', value: sub },
  };
}
