import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { PlansClient } from '../api/PlansClient';

/** `istio-jwt:propose`: has the portal wait until what was planned stands in the cluster. */
export function createProposeAction(plans: PlansClient) {
  return createTemplateAction({
    id: 'istio-jwt:propose',
    description:
      'Has the portal wait until what was planned stands in the cluster, such as after a pull request is merged, and prove it then.',
    supportsDryRun: true,
    schema: {
      input: {
        entityRef: z => z.string(),
        planId: z => z.string().describe('Of istio-jwt:plan, or of the tab'),
        url: z => z.string().describe('Address of the pull request').optional(),
      },
      output: {
        enablementId: z => z.string().describe('Of the operation that waits'),
      },
    },
    async handler(ctx) {
      const { entityRef, planId, url } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info('A dry run: nothing will be waited for.');
        ctx.output('enablementId', planId);
        return;
      }
      const { id } = await plans.propose(
        { entityRef, credentials: await ctx.getInitiatorCredentials() },
        planId,
        url ? { url } : {},
      );
      ctx.logger.info(
        `The JWT tab of ${entityRef} shows when it stands in the cluster.`,
      );
      ctx.output('enablementId', id);
    },
  });
}
