import { JwtProvider, Matcher } from '../compile/program';
import {
  compareVersions,
  lacksFix,
  parseVersion,
} from '../attach/istiodVersions';
import { allChecks, EnforcedRule } from './rules';

/** A published weakness of Istio that touches what this engine judges. */
export interface Advisory {
  id: string;
  link: string;
  /** What can happen. */
  effect: string;
  /** First versions without it, one for each line; later lines never had it. */
  fixed: readonly string[];
  /** First version with it. Default: every one before. */
  since?: string;
  /** Whether it can matter to a proxy with such configuration. */
  applies(
    providers: readonly JwtProvider[],
    rules: readonly EnforcedRule[],
  ): boolean;
}

const NEWS = 'https://istio.io/latest/news/security/';

/** Istio and Envoy bulletins about JWT and AuthorizationPolicy, newest first. */
export const ADVISORIES: readonly Advisory[] = [
  {
    id: 'CVE-2026-73551',
    link: `${NEWS}istio-security-2026-006/`,
    effect:
      'segments like `..;x` are not normalized, so that a policy and an application may read the same path otherwise',
    fixed: ['1.29.7', '1.30.4'],
    applies: (_, rules) => uses(rules, ({ on }) => on === 'path'),
  },
  {
    id: 'istio/istio#59992',
    link: 'https://github.com/istio/istio/pull/59992',
    effect:
      'dots and brackets in `namespaces`, and in `principals` that begin with `*`, are read as a regular expression',
    fixed: ['1.28.7', '1.29.3'],
    applies: (_, rules) =>
      uses(
        rules,
        item =>
          (item.on === 'namespace' ||
            (item.on === 'principal' && item.text.startsWith('*'))) &&
          item.loose !== undefined,
      ),
  },
  {
    id: 'CVE-2026-39350',
    link: `${NEWS}istio-security-2026-003/`,
    effect: 'a dot in `serviceAccounts` matches any character',
    fixed: ['1.27.9', '1.28.6', '1.29.2'],
    applies: (_, rules) =>
      uses(
        rules,
        item => item.on === 'service-account' && item.text.includes('.'),
      ),
  },
  {
    id: 'CVE-2026-26308',
    link: `${NEWS}istio-security-2026-001/`,
    effect:
      'a header that is sent several times passes conditions on `request.headers`',
    fixed: ['1.27.8', '1.28.5', '1.29.1'],
    applies: (_, rules) => uses(rules, ({ on }) => on === 'header'),
  },
  {
    id: 'CVE-2025-46821',
    link: 'https://istio.io/latest/news/releases/1.25.x/announcing-1.25.3/',
    effect:
      'a path with `*` in it matches no path template, so that it passes what keeps paths out',
    since: '1.22.0',
    fixed: ['1.24.6', '1.25.3'],
    applies: (_, rules) =>
      keepsOut(
        rules,
        'path',
        item => item.on === 'path' && item.pattern.kind === 'template',
      ),
  },
  {
    id: 'CVE-2021-39156',
    link: `${NEWS}istio-security-2021-008/`,
    effect: 'a fragment in the path passes rules that keep paths out',
    fixed: ['1.9.8', '1.10.4', '1.11.1'],
    applies: (_, rules) => keepsOut(rules, 'path'),
  },
  {
    id: 'CVE-2021-39155',
    link: `${NEWS}istio-security-2021-008/`,
    effect: 'a host in other letter case passes rules that keep hosts out',
    fixed: ['1.9.8', '1.10.4', '1.11.1'],
    applies: (_, rules) => keepsOut(rules, 'host'),
  },
  {
    id: 'CVE-2021-31920',
    link: `${NEWS}istio-security-2021-005/`,
    effect:
      'repeated and escaped slashes pass rules that keep paths out, and no setting prevents it',
    fixed: ['1.8.6', '1.9.5'],
    applies: (_, rules) => keepsOut(rules, 'path'),
  },
  {
    id: 'ISTIO-SECURITY-2021-001',
    link: `${NEWS}istio-security-2021-001/`,
    effect:
      'a token of an issuer that is not configured passes where no policy asks for one',
    since: '1.9.0',
    fixed: ['1.9.1'],
    applies: providers => providers.length > 0,
  },
];

/** The key that istiod installs where a key set cannot be read, published until it was replaced. */
export const FALLBACK_KEY: Advisory = {
  id: 'CVE-2026-31837',
  link: `${NEWS}istio-security-2026-001/`,
  effect:
    'while a key set cannot be read, tokens signed with a published key are accepted',
  fixed: ['1.27.8', '1.28.5', '1.29.1'],
  applies: providers => providers.some(({ jwks }) => jwks.kind !== 'inline'),
};

/** Whether a version has the weakness. */
export function isAffected(
  version: string,
  { fixed, since }: Advisory,
): boolean {
  const current = parseVersion(version);
  if (!current) return false;
  const first = since === undefined ? undefined : parseVersion(since);
  if (first && compareVersions(current, first) < 0) return false;
  return lacksFix(current, fixed);
}

function uses(
  rules: readonly EnforcedRule[],
  wanted: (matcher: Matcher) => boolean,
): boolean {
  return rules.some(({ rule }) =>
    allChecks(rule).some(({ matchers }) => matchers.some(wanted)),
  );
}

/** Whether what a rule names is refused, or what it does not name admitted. */
function keepsOut(
  rules: readonly EnforcedRule[],
  on: Matcher['on'],
  which: (matcher: Matcher) => boolean = () => true,
): boolean {
  return rules.some(({ rule, action }) =>
    allChecks(rule).some(
      ({ negated, matchers }) =>
        matchers[0]?.on === on &&
        (action === 'DENY') !== negated &&
        matchers.some(which),
    ),
  );
}
