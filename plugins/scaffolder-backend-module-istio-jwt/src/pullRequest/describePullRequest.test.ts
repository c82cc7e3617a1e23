import {
  EnablementIntent,
  PlannedEnablementView,
} from 'backstage-plugin-istio-jwt-common';
import { describePullRequest } from './describePullRequest';

const INTENTS: Record<EnablementIntent, RegExp> = {
  enable: /^Require a token at /,
  change: /^Change what is required at /,
  disable: /^Stop requiring a token at /,
  adopt: /^Adopt the policies of /,
  release: /^Give back the policies of /,
  restore: /^Bring back the policies of /,
  accept: /^Accept the policies that stand for /,
};

const plan = (intent: EnablementIntent): PlannedEnablementView => ({
  kind: 'planned',
  planId: 'p',
  entityRef: 'component:default/reviews',
  intent,
  service: { cluster: 'prod', namespace: 'shop', name: 'reviews' },
  why: 'Because.',
  considered: [],
  changes: [],
  effects: [],
  neighbours: 0,
  findings: { opened: [], resolved: [] },
  warnings: [],
  affected: { services: [], others: 0, hosts: 0 },
  approval: { required: false },
  permissions: [],
  writing: { mode: 'copy', reason: 'So it is.' },
  commands: [],
  snapshot: 's',
  expiresAt: '2026-01-01T00:00:00.000Z',
});

describe('describePullRequest', () => {
  it.each(Object.entries(INTENTS))('says what %s does', (intent, title) => {
    const told = describePullRequest(plan(intent as EnablementIntent), {
      written: [],
      deleted: [],
    });
    expect(told.title).toMatch(title);
    expect(told.title).toMatch(/shop\/reviews in prod$/);
  });

  it('says something of an intent that a newer backend knows', () => {
    const { title, description } = describePullRequest(
      plan('renew' as EnablementIntent),
      { written: [], deleted: [] },
    );
    expect(title).toBe('Change the policies of shop/reviews in prod');
    expect(description).toMatch(
      /^shop\/reviews in prod has its policies changed,/,
    );
  });
});
