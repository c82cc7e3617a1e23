/**
 * Policy sets at random. Written for no proxy in particular: `$NS`, `$POOL`, `$PORT0` to `$PORT3`
 * and `$CLIENT` stand for what a bench fills in, so that a set can be tried on any of its proxies.
 */
import type { Manifest } from '../kube.ts';
import { pickJwtRule } from './jwtRules.ts';
import type { Random } from './random.ts';
import { pickRule, repeat } from './rules.ts';
import type { TokenStock } from './tokens.ts';
import type { PolicyWords } from './words.ts';

/** One set: up to three RequestAuthentications and four AuthorizationPolicies. */
export function generatePolicies(
  random: Random,
  stock: TokenStock,
  words: PolicyWords,
): Manifest[] {
  const build = (
    kind: string,
    index: number,
    spec: Record<string, unknown>,
    annotations?: Record<string, string>,
  ): Manifest => {
    const { namespace, target } = random.pick(words.places);
    const prefix = kind === 'RequestAuthentication' ? 'ra' : 'ap';
    return {
      apiVersion: 'security.istio.io/v1',
      kind,
      metadata: {
        name: `$GENERATION-${prefix}${index}`,
        namespace,
        ...(annotations ? { annotations } : {}),
      },
      spec: { ...target, ...spec },
    };
  };
  const authentications = repeat(random.pick([0, 1, 1, 1, 2, 3]), () => 0).map(
    (_, index) =>
      build('RequestAuthentication', index, {
        jwtRules: repeat(random.pick([0, 1, 1, 1, 2, 2, 3]), () =>
          pickJwtRule(random, stock),
        ),
      }),
  );
  const authorizations = repeat(
    random.pick([0, 1, 1, 2, 2, 3, 4]),
    () => 0,
  ).map((_, index) => {
    const action = random.pick(['ALLOW', 'ALLOW', 'DENY', 'DENY', 'AUDIT']);
    const rules = random.chance(0.06)
      ? undefined
      : repeat(random.pick([1, 1, 2, 3]), () => pickRule(random, words));
    return build(
      'AuthorizationPolicy',
      index,
      { action, ...(rules ? { rules } : {}) },
      random.chance(0.06) ? { 'istio.io/dry-run': 'true' } : undefined,
    );
  });
  const mutualTls = words.mutualTls
    ? generateMutualTls(random, words.mutualTls)
    : [];
  return [...authentications, ...mutualTls, ...authorizations];
}

const MODES = ['STRICT', 'STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET'];

/** Up to two PeerAuthentications for one workload, the second of which does not count. */
export function generateMutualTls(
  random: Random,
  { namespace, selector, ports }: NonNullable<PolicyWords['mutualTls']>,
): Manifest[] {
  return repeat(random.pick([0, 1, 1, 1, 2]), () => 0).map((_, index) => {
    const byPort = random.chance(0.3)
      ? {
          portLevelMtls: Object.fromEntries(
            random
              .some(ports, 1, 2)
              .map(port => [port, { mode: random.pick(MODES) }]),
          ),
        }
      : {};
    return {
      apiVersion: 'security.istio.io/v1',
      kind: 'PeerAuthentication',
      metadata: { name: `$GENERATION-pa${index}`, namespace },
      spec: {
        selector,
        ...(random.chance(0.9) ? { mtls: { mode: random.pick(MODES) } } : {}),
        ...byPort,
      },
    };
  });
}
