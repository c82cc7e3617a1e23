import { AuthorizationPolicySpec } from '../../parse/specs';
import { AUTHORIZATION_POLICY_DOCS, Detector } from '../detector';
import { nameOf } from '../rules';

export const allowEmpty: Detector = {
  id: 'allow-empty',
  severity: 'warning',
  title: 'An ALLOW policy without rules allows nothing',
  why: 'An ALLOW policy with no `rules` matches no request, and its presence alone makes the proxy refuse what no other ALLOW rule matches. To allow everything takes `rules: [{}]`.',
  fix: 'Keep it where "allow nothing" is meant; else write `rules: [{}]` or delete it.',
  link: AUTHORIZATION_POLICY_DOCS,
  inProxy: ({ hop, program }, { mesh }) =>
    program.policies
      .filter(({ action, dryRun }) => action === 'ALLOW' && !dryRun)
      .filter(({ ref }) => {
        const stored = mesh.stored(ref.kind, ref.namespace ?? '', ref.name);
        if (!stored || stored.errors.length > 0) return false;
        const spec = stored.resource.spec as
          | AuthorizationPolicySpec
          | undefined;
        return (spec?.rules ?? []).length === 0;
      })
      .map(({ ref }) => ({
        message: `${nameOf(ref)} has no rules: ${hop.proxy.kind} ${
          hop.proxy.name
        } refuses everything that no other ALLOW policy matches.`,
        resource: ref,
        path: 'spec.rules',
      })),
};
