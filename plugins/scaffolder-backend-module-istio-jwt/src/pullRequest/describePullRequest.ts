import {
  EnablementChange,
  EnablementIntent,
  PlannedEnablementView,
} from 'backstage-plugin-istio-jwt-common';
import { escapeMarkdown as text, fence } from './escapeMarkdown';
import { nameService, summarisePlan } from './summarisePlan';

type WayInEffect = PlannedEnablementView['effects'][number];

/** Git hosts take about 65,000 characters. */
const MAX_LENGTH = 60_000;
const MAX_NEIGHBOURS = 30;
const MAX_AFFECTED = 50;

/** The words of the JWT tab. */
const TITLES: Record<EnablementIntent, string> = {
  enable: 'Require a token at',
  change: 'Change what is required at',
  disable: 'Stop requiring a token at',
  adopt: 'Adopt the policies of',
  release: 'Give back the policies of',
  restore: 'Bring back the policies of',
  accept: 'Accept the policies that stand for',
};

/** What reviewers have to know: what and why, who else is touched, answers, YAML, and what to look at later. */
export function describePullRequest(
  plan: PlannedEnablementView,
  files: { written: string[]; deleted: string[] },
): { title: string; description: string } {
  const essentials = [
    summarisePlan(plan),
    `Planned by the portal for ${text(plan.entityRef)} (plan ${plan.planId}).`,
    ...describeReview(plan),
    '## Answers before and after',
    ...describeEffects(plan),
    '## Who else is on the same proxies',
    ...describeAffected(plan),
    ...(plan.warnings.length > 0
      ? [
          '## What the plan cannot know',
          plan.warnings.map(warning => `- [ ] ${text(warning)}`).join('\n'),
        ]
      : []),
    '## After the merge',
    describeAfterwards(plan),
    '## Files',
    [
      ...files.written.map(path => `- \`${path}\``),
      ...files.deleted.map(path => `- \`${path}\` is deleted`),
    ].join('\n'),
  ].join('\n\n');
  const yaml = plan.changes.map(describeChange).join('\n\n');
  const full = `${essentials}\n\n${yaml}`;
  return {
    title: `${TITLES[plan.intent] ?? 'Change the policies of'} ${nameService(
      plan.service,
    )}`.replace(/\\/g, ''),
    description:
      full.length <= MAX_LENGTH
        ? `${full}\n`
        : `${essentials.slice(0, MAX_LENGTH)}\n\nThe YAML is in the files.\n`,
  };
}

function describeReview({ approval }: PlannedEnablementView): string[] {
  return approval.required
    ? [
        `**Ask somebody with ${approval.permission} to review this.** ${text(
          approval.reason,
        )}`,
      ]
    : [];
}

function describeEffects({
  effects,
  neighbours,
}: PlannedEnablementView): string[] {
  const changed = effects.filter(
    effect => effect.isTarget || effect.answers.some(isChanged),
  );
  const shown = changed.slice(0, MAX_NEIGHBOURS);
  const others = shown.filter(({ isTarget }) => !isTarget).length;
  return [
    ...shown.map(describeEffect),
    neighbours === 0
      ? 'The policies reach no way in of others.'
      : `Of ${neighbours} ways in of others that the policies reach, ${
          others === 0
            ? 'none that was looked at is'
            : `${others} above ${others === 1 ? 'is' : 'are'}`
        } answered otherwise.${
          changed.length > shown.length
            ? ` ${changed.length - shown.length} more are not listed.`
            : ''
        }`,
  ];
}

function describeEffect({
  isTarget,
  service,
  wayIn,
  before,
  after,
  answers,
}: WayInEffect): string {
  const name = `${wayIn.host}:${wayIn.port}`;
  const whose = isTarget ? '' : ` (${service.namespace}/${service.name})`;
  const rows = (isTarget ? answers : answers.filter(isChanged)).map(
    answer =>
      `| ${text(answer.title)} | ${text(answer.before)} | ${
        isChanged(answer) ? `**${text(answer.after)}**` : text(answer.after)
      } |`,
  );
  return [
    `**${text(name)}**${text(whose)}: ${before} → ${after}\n`,
    '| Request | Before | After |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function isChanged({ before, after }: { before: string; after: string }) {
  return before !== after;
}

function describeAffected({ affected }: PlannedEnablementView): string[] {
  const { services, others, hosts } = affected;
  if (services.length === 0 && others === 0) return ['Nobody.'];
  const listed = services
    .slice(0, MAX_AFFECTED)
    .map(
      service =>
        `- ${text(service.entityRef)}, owned by ${
          service.owners.map(text).join(', ') || 'nobody'
        }: ${service.hosts.map(text).join(', ')}`,
    );
  const rest = services.length - listed.length + others;
  return [
    `${hosts} ${hosts === 1 ? 'host' : 'hosts'} of others.`,
    ...(listed.length > 0 ? [listed.join('\n')] : []),
    ...(rest > 0
      ? [
          `${rest} more, of entities that are not listed or that the planner may not see.`,
        ]
      : []),
  ];
}

function describeAfterwards({
  intent,
  effects,
}: PlannedEnablementView): string {
  const [target] = effects.filter(({ isTarget }) => isTarget);
  const plain = target?.answers.find(({ kind }) => kind === 'no-token');
  return [
    '- [ ] The JWT tab of the entity shows the operation as done. The portal looks for the objects every few seconds once this is merged and has reached the cluster, and then asks the proxies.',
    ...(target && plain
      ? [
          `- [ ] A request without a token to ${text(
            target.wayIn.host,
          )} is answered ${text(plain.after)}.`,
        ]
      : []),
    ...(intent !== 'disable'
      ? ['- [ ] Requests with good tokens pass, at the real clients.']
      : []),
    '- [ ] Neighbours above are answered as before.',
    '- To go back: revert this pull request. Where what is deleted in the repository is not deleted in the cluster (Argo CD without pruning), delete the objects too.',
  ].join('\n');
}

function describeChange({ action, ref, before, after }: EnablementChange) {
  const name = `${ref.kind} ${ref.namespace ?? ''}/${ref.name}`;
  const verb = { create: 'New', update: 'Changed', delete: 'Deleted' }[action];
  return `<details><summary>${verb}: ${text(name)}</summary>\n\n${fence(
    after ?? before ?? '',
    'yaml',
  )}\n\n</details>`;
}
