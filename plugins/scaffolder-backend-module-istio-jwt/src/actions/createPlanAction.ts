import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { choosePlan } from 'backstage-plugin-istio-jwt-common';
import { PlansClient } from '../api/PlansClient';
import { summarisePlan } from '../pullRequest/summarisePlan';

/** `istio-jwt:plan`: makes a plan for an entity, and changes nothing. */
export function createPlanAction(plans: PlansClient) {
  return createTemplateAction({
    id: 'istio-jwt:plan',
    description:
      'Plans how the ways in of an entity are made to require a JSON Web Token, another one than now, or none any more. Changes nothing.',
    supportsDryRun: true,
    schema: {
      input: {
        entityRef: z =>
          z.string().describe('Entity, such as component:default/orders'),
        intent: z =>
          z
            .enum(['enable', 'change', 'disable'])
            .describe('Default: enable')
            .optional(),
        service: z =>
          z
            .string()
            .describe('cluster/namespace/name. Default: the only one')
            .optional(),
        waysIn: z =>
          z
            .array(z.string())
            .describe(
              'Ids or hosts of ways in. Default: all by gateways that do not require a token',
            )
            .optional(),
        issuer: z =>
          z
            .string()
            .describe(
              'Name of an issuer that the portal allows. Default: the only one; of a change, as it is now',
            )
            .optional(),
        exemptPaths: z =>
          z
            .array(z.string())
            .describe(
              'Paths that stay open: /healthz, or /public/*. Default: none; of a change, as it is now',
            )
            .optional(),
        preflights: z =>
          z
            .enum(['let-through', 'refuse'])
            .describe(
              'What happens to CORS preflights. Default: let-through; of a change, as it is now',
            )
            .optional(),
        enablementId: z =>
          z
            .string()
            .describe(
              'What to change or disable. Default: the only enablement in force',
            )
            .optional(),
        failWhenRefused: z =>
          z
            .boolean()
            .describe('Whether a refusal ends the task. Default: true')
            .optional(),
      },
      output: {
        refused: z => z.boolean(),
        planId: z => z.string().describe('Absent where refused').optional(),
        summary: z => z.string().describe('One paragraph, in Markdown'),
        alternatives: z =>
          z.array(z.string()).describe('Where refused: what to do instead'),
      },
    },
    async handler(ctx) {
      // Defaults of schemas are not applied to what a template leaves out.
      const { entityRef, failWhenRefused = true, ...wishes } = ctx.input;
      const call = {
        entityRef,
        credentials: await ctx.getInitiatorCredentials(),
      };
      const chosen = choosePlan(await plans.getOptions(call), wishes);
      if (chosen.kind === 'unclear') throw new InputError(chosen.problem);
      const plan = await plans.plan(call, chosen.request);
      const isRefused = plan.kind === 'refused';
      if (isRefused && failWhenRefused) {
        throw new InputError(
          ['There is no plan.', plan.reason, ...plan.alternatives].join(' '),
        );
      }
      const summary = summarisePlan(plan);
      ctx.logger.info(summary);
      ctx.output('refused', isRefused);
      ctx.output('summary', summary);
      ctx.output('alternatives', isRefused ? plan.alternatives : []);
      if (!isRefused) ctx.output('planId', plan.planId);
    },
  });
}
