import {
  EnablementPlanView,
  EnablementService,
} from 'backstage-plugin-istio-jwt-common';
import { escapeMarkdown } from './escapeMarkdown';

const WHAT: Partial<Record<EnablementPlanView['intent'], string>> = {
  enable: 'is made to require a token',
  change: 'is made to require other tokens than now',
  disable: 'is made to require no token any more',
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
