import { BackstageCredentials } from '@backstage/backend-plugin-api';
import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import { Enablement } from 'backstage-plugin-istio-jwt-common';
import { EntityCall } from '../service/EnablementCalls';
import { nameCaller } from '../service/nameCaller';
import { describeEnablement, enablementOutput } from './operationAction';
import { ENTITY_REF, readEntityRef } from './readEntityRef';
import type { ActionParts } from './registerActions';

const WORDS = {
  enable: {
    title: 'Require a JWT',
    description:
      'Starts a plan of the same caller that makes a service require a JSON Web Token. Callers without one are refused from then on. Follow it with the action operation: it takes everything back where proxies do not answer as planned. Once more with the same plan, it gives the operation that began.',
  },
  change: {
    title: 'Require another JWT than now',
    description:
      'Starts a plan of the same caller that changes what the portal enabled: whose tokens are required, and on which paths. Callers with what is not required any more are refused from then on. Follow it with the action operation.',
  },
  disable: {
    title: 'Stop requiring a JWT',
    description:
      'Starts a plan of the same caller that takes back what the portal enabled. The service is open to callers without a token from then on. Follow it with the action operation.',
  },
} as const;

type Intent = keyof typeof WORDS;

/** `istio-jwt:enable`, `istio-jwt:change` and `istio-jwt:disable`: nothing begins without a plan. */
export function registerStartActions(parts: ActionParts): void {
  for (const intent of Object.keys(WORDS) as Intent[]) {
    parts.actionsRegistry.register({
      name: intent,
      title: WORDS[intent].title,
      description: WORDS[intent].description,
      attributes: { readOnly: false, destructive: true, idempotent: true },
      schema: {
        input: z =>
          z.object({
            entityRef: z.string().describe(ENTITY_REF),
            planId: z
              .string()
              .uuid()
              .describe(`Of the action plan, with intent ${intent}`),
          }),
        output: enablementOutput,
      },
      action: async ({ input, credentials }) => {
        refuseUnlessPerson(credentials);
        const call = { ref: readEntityRef(input.entityRef), credentials };
        return {
          output: describeEnablement(
            await start(parts, call, input.planId, intent),
          ),
        };
      },
    });
  }
}

async function start(
  { calls }: ActionParts,
  call: EntityCall,
  planId: string,
  intent: Intent,
): Promise<Enablement> {
  const begun = await findBegun();
  if (begun) {
    refuseUnlessOf(begun.intent);
    return begun;
  }
  refuseUnlessOf((await calls.readPlan(call, planId)).intent);
  return calls.start(call, planId);

  /** A plan keeps its id; whoever asks twice may have missed the first answer. */
  async function findBegun(): Promise<Enablement | undefined> {
    try {
      const known = await calls.get(call, planId);
      return isOwn(known, call.credentials) ? known : undefined;
    } catch (error) {
      if ((error as Error).name === NotFoundError.name) return undefined;
      throw error;
    }
  }

  function refuseUnlessOf(planned: Enablement['intent']) {
    if (planned !== intent) {
      throw new InputError(
        `This plan is of intent ${planned}. Make one of intent ${intent}.`,
      );
    }
  }
}

/**
 * Whoever calls by an action with a static token is `plugin:mcp-actions` here, without the token's name
 * and restrictions: permissions would let it do everything, and the audit log could name nobody.
 */
function refuseUnlessPerson({ principal }: BackstageCredentials) {
  if ((principal as { type?: string }).type !== 'user') {
    throw new NotAllowedError(
      'Only people start plans by actions: connect with a token of a person. A service can use the HTTP API, which knows what its token may.',
    );
  }
}

function isOwn(
  { startedBy }: Enablement,
  credentials: BackstageCredentials,
): boolean {
  return startedBy === nameCaller(credentials);
}
