import {
  EnablementIntent,
  EnablementPlanView,
  EnablementService,
} from 'backstage-plugin-istio-jwt-common';
import { escapeMarkdown } from './escapeMarkdown';

const WHAT: Record<EnablementIntent, string> = {
  enable: 'is made to require a token',
  change: 'is made to require other tokens than now, or on other paths',
  disable: 'is made to require no token any more',
  adopt: 'has policies that a person wrote, which the portal is to keep',
  release:
    'has policies that were adopted, which their author is to keep again',
  restore: 'gets back what the portal wrote and somebody changed',
  accept: 'keeps what stands in place of what the portal wrote',
};

/** A plan in one paragraph of Markdown. */
export function summarisePlan(plan: EnablementPlanView): string {
  const service = nameService(plan.service);
  if (plan.kind === 'refused') {
    return `No plan for ${service}: ${escapeMarkdown(plan.reason)}`;
  }
  const { neighbours } = plan;
  return `${service} ${WHAT[plan.intent] ?? 'has its policies changed'}, by ${
    plan.changes.length
  } ${plan.changes.length === 1 ? 'change' : 'changes'}. ${escapeMarkdown(
    plan.why,
  )} ${
    neighbours === 0
      ? 'The policies reach no way in of others.'
      : `The policies reach ${neighbours} ${
          neighbours === 1 ? 'way in' : 'ways in'
        } of others.`
  }`;
}

export function nameService({
  cluster,
  namespace,
  name,
}: EnablementService): string {
  return escapeMarkdown(`${namespace}/${name} in ${cluster}`);
}
