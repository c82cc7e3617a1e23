import { Mesh } from '../attach/Mesh';
import { CompiledRule } from './program';

/** Of a rule that has no effect by itself, at a proxy whose CUSTOM policies name several providers. */
export const SEVERAL_AUTHORIZERS: Required<Pick<CompiledRule, 'external'>> = {
  external: {
    effect: 'unknown',
    why: 'CUSTOM policies name several external authorizers, which makes a denial of each rule unless istiod was told otherwise',
  },
};

/**
 * What follows where a rule of a CUSTOM policy matches. istiod refuses such requests where the mesh
 * config has no such provider; else the provider's answer decides, which is not known. Undefined
 * where the rule has no effect on this chain: an HTTP provider cannot be asked about TCP.
 *
 * Source: Istio's pilot/pkg/security/authz/builder.
 */
export function externalRule(
  mesh: Mesh,
  provider: string | undefined,
  dryRun: boolean,
  chain: 'http' | 'tcp',
): Pick<CompiledRule, 'external'> | undefined {
  const { authorizers, visible, problems } = mesh.config;
  const isKnown = visible && problems.length === 0;
  const kind =
    provider !== undefined && Object.hasOwn(authorizers, provider)
      ? authorizers[provider]
      : undefined;
  if (isKnown && kind === 'http' && chain === 'tcp') return undefined;
  if (isKnown && !kind && !dryRun) {
    const why = `the mesh config has no external authorizer ${provider}, which makes a denial of it`;
    return { external: { effect: 'refused', why } };
  }
  const why = dryRun
    ? 'what a dry run of CUSTOM does differs between versions of Istio'
    : `the external authorizer ${provider} decides, which the engine cannot ask`;
  return { external: { effect: 'unknown', why } };
}
