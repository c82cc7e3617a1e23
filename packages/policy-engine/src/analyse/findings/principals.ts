import { matchesPattern } from '../../match/stringPattern';
import {
  Check,
  CompiledRule,
  JwtProvider,
  Matcher,
  Program,
} from '../../compile/program';
import { ProxyUse } from '../detector';
import { enforcedRules } from '../rules';

export type RequestPrincipalMatcher = Extract<
  Matcher,
  { on: 'request-principal' }
>;

/** A request principal that no token of the attached issuers has. */
export interface DeadPrincipal {
  matcher: RequestPrincipalMatcher;
  rule: CompiledRule;
  action: 'ALLOW' | 'DENY';
  check: Check;
  providers: readonly JwtProvider[];
  why: 'unparsable' | 'subject-slash' | 'issuer';
}

const NONE: readonly DeadPrincipal[] = [];

const byProgram = new WeakMap<Program, readonly DeadPrincipal[]>();

/**
 * Request principals whose issuer part equals no attached issuer. Istio splits at the last slash, so
 * `https://idp*` asks for the issuer `https:/`, and a subject with a slash moves part of itself into
 * the issuer.
 */
export function deadPrincipals({
  program,
  hop,
}: ProxyUse): readonly DeadPrincipal[] {
  if (hop.protocol === 'tcp') return NONE;
  let found = byProgram.get(program);
  if (!found) byProgram.set(program, (found = findDead(program)));
  return found;
}

function findDead(program: Program): readonly DeadPrincipal[] {
  const { providers } = program;
  const anyIssuer = providers.some(({ issuer }) => issuer === '');
  if (providers.length === 0 || anyIssuer) return NONE;
  return enforcedRules(program).flatMap(({ rule, action }) =>
    rule.principals.flatMap(clause =>
      clause
        .filter(({ negated }) => negated === (action === 'DENY'))
        .flatMap(check =>
          check.matchers.flatMap((matcher): DeadPrincipal[] => {
            if (matcher.on !== 'request-principal') return [];
            const alive = providers.some(({ issuer }) =>
              matchesPattern(matcher.issuer, issuer),
            );
            if (alive) return [];
            const why = reasonFor(matcher.text, providers);
            return [{ matcher, rule, action, check, providers, why }];
          }),
        ),
    ),
  );
}

function reasonFor(
  text: string,
  providers: readonly JwtProvider[],
): DeadPrincipal['why'] {
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/]*$/i.test(text)) return 'unparsable';
  const inside = providers.some(
    ({ issuer }) =>
      text.startsWith(`${issuer}/`) && text[issuer.length + 1] !== '/',
  );
  return inside ? 'subject-slash' : 'issuer';
}

/** Where a dead principal stands in its list. */
export function valueOf(check: Check, { text }: RequestPrincipalMatcher) {
  return {
    indexes: check.matchers.flatMap((item, i) =>
      item.text === text ? [i] : [],
    ),
  };
}
