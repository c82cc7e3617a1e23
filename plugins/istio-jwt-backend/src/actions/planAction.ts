import { InputError, NotAllowedError } from '@backstage/errors';
import {
  choosePlan,
  EnablementPlanView,
  istioJwtEnablementCreatePermission,
  PlannedEnablementView,
} from 'backstage-plugin-istio-jwt-common';
import { ENTITY_REF, readEntityRef } from './readEntityRef';
import type { ActionParts } from './registerActions';

const MAX_EFFECTS = 50;

/** `istio-jwt:plan` */
export function registerPlanAction({ actionsRegistry, calls }: ActionParts) {
  actionsRegistry.register({
    name: 'plan',
    title: 'Plan to require a JWT, another one, or none any more',
    description:
      'Plans how the ways in of a service are made to require a JSON Web Token (intent enable), how what the portal enabled comes to require other tokens, or on other paths (change), or how it is taken back (disable). Changes nothing. Show the plan and its warnings to a person before you start it with the action that has the name of the intent: it changes what the callers of a running service are answered.',
    attributes: { readOnly: false, destructive: false, idempotent: false },
    schema: {
      input: z =>
        z.object({
          entityRef: z.string().describe(ENTITY_REF),
          intent: z.enum(['enable', 'change', 'disable']).default('enable'),
          service: z
            .string()
            .optional()
            .describe('cluster/namespace/name. Default: the only one'),
          waysIn: z
            .array(z.string().max(500))
            .max(50)
            .optional()
            .describe(
              'Ids or hosts of ways in. Default: all by gateways that do not require a token',
            ),
          issuer: z
            .string()
            .max(200)
            .optional()
            .describe(
              'Name of an issuer that the portal allows. Default: the only one; of a change, as it is now',
            ),
          exemptPaths: z
            .array(
              z.string().regex(/^\/[A-Za-z0-9\-._~!$&'()+,;=:@/%]{0,500}\*?$/),
            )
            .max(50)
            .optional()
            .describe(
              'Paths that stay open, all of them: exact, or a prefix such as /public/*. Default: none; of a change, as it is now',
            ),
          preflights: z
            .enum(['let-through', 'refuse'])
            .optional()
            .describe(
              'CORS preflights. Default: let-through; of a change, as it is now',
            ),
          enablementId: z
            .string()
            .uuid()
            .optional()
            .describe(
              'What to change or disable. Default: the only enablement in force',
            ),
        }),
      output: z =>
        z.object({
          kind: z.enum(['planned', 'refused']),
          planId: z
            .string()
            .optional()
            .describe(
              'For the action that has the name of the intent, by the same caller',
            ),
          expiresAt: z.string().optional(),
          why: z.string(),
          alternatives: z
            .array(z.string())
            .describe('Of a refusal: what to do instead'),
          warnings: z
            .array(z.string())
            .describe('What the plan cannot know, and a person has to'),
          approval: z
            .string()
            .optional()
            .describe('Who has to approve it, and why'),
          writing: z
            .string()
            .describe(
              'direct, or why the portal does not write it itself: then open a pull request',
            ),
          changes: z.array(
            z.object({
              action: z.string(),
              object: z.string(),
              yaml: z.string().optional(),
            }),
          ),
          answers: z
            .array(
              z.object({
                host: z.string(),
                service: z.string(),
                isTarget: z.boolean(),
                request: z.string(),
                before: z.string(),
                after: z.string(),
              }),
            )
            .describe('Of the service, and those of neighbours that change'),
          neighbours: z
            .number()
            .describe('Ways in of others that the policies reach'),
        }),
    },
    action: async ({ input, credentials }) => {
      const { entityRef, ...wishes } = input;
      const call = { ref: readEntityRef(entityRef), credentials };
      const options = await calls.getOptions(call);
      if (options.enabled && !options.canCreate) {
        throw new NotAllowedError(
          `The permission ${istioJwtEnablementCreatePermission.name} is missing`,
        );
      }
      const chosen = choosePlan(options, wishes);
      if (chosen.kind === 'unclear') throw new InputError(chosen.problem);
      return { output: digest(await calls.plan(call, chosen.request)) };
    },
  });
}

function digest(plan: EnablementPlanView) {
  if (plan.kind === 'refused') {
    return {
      kind: plan.kind,
      why: plan.reason,
      alternatives: plan.alternatives,
      warnings: [],
      writing: 'nothing is planned',
      changes: [],
      answers: [],
      neighbours: 0,
    };
  }
  const { approval, writing } = plan;
  return {
    kind: plan.kind,
    planId: plan.planId,
    expiresAt: plan.expiresAt,
    why: plan.why,
    alternatives: [],
    warnings: plan.warnings,
    ...(approval.required ? { approval: approval.reason } : {}),
    writing: writing.mode === 'direct' ? 'direct' : writing.reason,
    changes: plan.changes.map(({ action, ref, after }) => ({
      action,
      object: `${ref.kind} ${ref.namespace ?? ''}/${ref.name}`,
      ...(after === undefined ? {} : { yaml: after }),
    })),
    answers: listAnswers(plan),
    neighbours: plan.neighbours,
  };
}

function listAnswers({ effects }: PlannedEnablementView) {
  return effects
    .flatMap(({ isTarget, service, wayIn, answers }) =>
      answers
        .filter(({ before, after }) => isTarget || before !== after)
        .map(({ title, before, after }) => ({
          host: wayIn.host,
          service: `${service.namespace}/${service.name}`,
          isTarget,
          request: title,
          before,
          after,
        })),
    )
    .slice(0, MAX_EFFECTS);
}
