import {
  Enablement,
  isEnablementOver,
} from 'backstage-plugin-istio-jwt-common';
import type { z as Zod } from 'zod/v3';
import { ENTITY_REF, readEntityRef } from './readEntityRef';
import type { ActionParts } from './registerActions';

const MAX_EVIDENCE = 20;

/** What is told of an operation. */
export const enablementOutput = (z: typeof Zod) =>
  z.object({
    operationId: z.string(),
    intent: z.string(),
    phase: z.string(),
    isOver: z.boolean(),
    outcome: z.string().optional().describe('Why it ended, waits or goes back'),
    steps: z.array(
      z.object({
        title: z.string(),
        status: z.string(),
        problems: z
          .array(z.string())
          .describe('Answers that are not as planned'),
      }),
    ),
  });

/** `istio-jwt:operation` */
export function registerOperationAction({
  actionsRegistry,
  calls,
}: ActionParts) {
  actionsRegistry.register({
    name: 'operation',
    title: 'Follow an operation',
    description:
      'How far an operation is that the action enable, change or disable began. It is over in the phases done, rolled-back, failed, withdrawn, expired and declined; in awaiting-approval and held it waits for a person.',
    attributes: { readOnly: true, destructive: false, idempotent: true },
    schema: {
      input: z =>
        z.object({
          entityRef: z.string().describe(ENTITY_REF),
          operationId: z.string().uuid(),
        }),
      output: enablementOutput,
    },
    action: async ({ input, credentials }) => ({
      output: describeEnablement(
        await calls.get(
          { ref: readEntityRef(input.entityRef), credentials },
          input.operationId,
        ),
      ),
    }),
  });
}

export function describeEnablement({
  id,
  intent,
  phase,
  outcome,
  steps,
}: Enablement) {
  return {
    operationId: id,
    intent,
    phase,
    isOver: isEnablementOver(phase),
    ...(outcome === undefined ? {} : { outcome }),
    steps: steps.map(({ title, status, evidence }) => ({
      title,
      status,
      problems: evidence
        .flatMap(item =>
          item.kind === 'probe' && item.result === 'disagrees'
            ? [
                `${item.host}: ${item.title} is answered ${item.observed}, expected was ${item.expected}`,
              ]
            : [],
        )
        .slice(-MAX_EVIDENCE),
    })),
  };
}
