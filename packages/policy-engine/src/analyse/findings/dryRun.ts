import { Detector } from '../detector';
import { nameOf } from '../rules';

export const dryRun: Detector = {
  id: 'dry-run',
  severity: 'info',
  title: 'A policy is only tried out',
  why: 'With the annotation `istio.io/dry-run: "true"` a policy is evaluated and reported, never enforced.',
  fix: 'Remove the annotation once the reported results are right.',
  link: 'https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/',
  inProxy: ({ program }) =>
    program.policies
      .filter(policy => policy.dryRun)
      .map(({ ref }) => ({
        message: `${nameOf(ref)} is in dry-run mode and protects nothing.`,
        resource: ref,
        path: 'metadata.annotations',
      })),
};
