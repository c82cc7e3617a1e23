import { JwtProvider } from '../../compile/program';
import {
  Detector,
  NOTHING,
  Occurrence,
  REQUEST_AUTHENTICATION_DOCS,
} from '../detector';
import { issuerName, nameOf, proxyName } from '../rules';

export const issuerTwice: Detector = {
  id: 'issuer-twice',
  severity: 'warning',
  title: 'One issuer has two rules',
  why: 'All jwtRules that reach a proxy stand side by side, and a token that one of them accepts is accepted. A second rule for the same issuer without `audiences` so voids the audiences of the first.',
  fix: 'Keep one rule for the issuer, with all audiences that are meant.',
  link: REQUEST_AUTHENTICATION_DOCS,
  inProxy: ({ program, hop }) => {
    if (hop.protocol === 'tcp' || program.providers.length < 2) return NOTHING;
    // Providers are sorted by issuer, so equal ones are neighbours.
    return program.providers.flatMap((provider, i): Occurrence[] => {
      const next = program.providers[i + 1];
      if (!next || next.issuer !== provider.issuer) return [];
      if (!sharesPlace(provider, next)) return [];
      const [open, strict] =
        provider.audiences.length === 0 ? [provider, next] : [next, provider];
      const voids = open.audiences.length === 0 && strict.audiences.length > 0;
      const effect = voids
        ? `the audiences of ${nameOf(strict.policy)} are void`
        : 'a token that either accepts is accepted';
      return [
        {
          severity: voids ? 'error' : 'info',
          message: `${proxyName(hop)} has two rules for ${issuerName(
            provider.issuer,
          )}, of ${nameOf(open.policy)} and ${nameOf(
            strict.policy,
          )}: ${effect}.`,
          resource: open.policy,
          path: `spec.jwtRules[${open.index}]`,
        },
      ];
    });
  },
};

/** Whether both would read a token in the same place. */
function sharesPlace(a: JwtProvider, b: JwtProvider): boolean {
  return (
    a.headers.some(({ name }) =>
      b.headers.some(other => other.name === name),
    ) ||
    a.params.some(name => b.params.includes(name)) ||
    a.cookies.some(name => b.cookies.includes(name))
  );
}
