import { allRules } from '../../compile/ruleSet';
import { Detector, NOTHING } from '../detector';
import { nameOf, proxyName } from '../rules';

export const authorizerMissing: Detector = {
  id: 'authorizer-missing',
  severity: 'error',
  title: 'A policy asks an external authorizer that is not configured',
  why: 'A CUSTOM policy names a provider of the mesh config (`extensionProviders`). Where there is none of that name istiod makes a denial of the policy: every request that it matches is refused.',
  fix: 'Add the provider to `extensionProviders` of the mesh config, or correct its name in the policy.',
  link: 'https://istio.io/latest/docs/tasks/security/authorization/authz-custom/',
  inProxy: ({ program, hop }) =>
    program.http.custom.present === false
      ? NOTHING
      : allRules(program.http.custom)
          .filter(({ external }) => external?.effect === 'refused')
          .map(({ policy }) => ({
            message: `${nameOf(
              policy,
            )} names a provider that the mesh config does not have, and ${proxyName(
              hop,
            )} refuses what it matches.`,
            resource: policy,
            path: 'spec.provider.name',
          })),
};
