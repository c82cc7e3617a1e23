import { EnablementPhase } from 'backstage-plugin-istio-jwt-common';
import {
  buildEnablement,
  buildStep,
} from '../../__testUtils__/enablementFixtures';
import { buildPhases } from './buildPhases';

const list = (...parameters: Parameters<typeof buildPhases>) =>
  buildPhases(...parameters).map(({ phase, status }) => `${phase} ${status}`);

describe('buildPhases', () => {
  it('shows what was, what is and what comes', () => {
    expect(list(buildEnablement())).toEqual([
      'validating done',
      'shadowing running',
      'enforcing upcoming',
      'verifying upcoming',
      'done upcoming',
    ]);
  });

  it('has the approval where one is needed', () => {
    expect(
      list(
        buildEnablement({
          phase: 'awaiting-approval',
          steps: [],
          approval: { required: true, permission: 'p', reason: 'r' },
        }),
      ).slice(0, 2),
    ).toEqual(['awaiting-approval running', 'validating upcoming']);
  });

  it('is all done at the end', () => {
    const steps = (
      ['validating', 'shadowing', 'enforcing', 'verifying'] as EnablementPhase[]
    ).map(phase => buildStep({ id: phase, phase }));
    expect(
      list(buildEnablement({ phase: 'done', steps })).every(each =>
        each.endsWith(' done'),
      ),
    ).toBe(true);
  });

  it('shows where it turned, what it did not come to, and the way back', () => {
    const steps = [
      buildStep(),
      buildStep({ id: 'shadow', phase: 'shadowing', status: 'failed' }),
      buildStep({ id: 'back', phase: 'rolling-back' }),
    ];
    expect(list(buildEnablement({ phase: 'rolled-back', steps }))).toEqual([
      'validating done',
      'shadowing failed',
      'enforcing skipped',
      'verifying skipped',
      'rolling-back done',
      'rolled-back done',
    ]);
    expect(list(buildEnablement({ phase: 'failed', steps })).slice(-2)).toEqual(
      ['rolling-back done', 'failed failed'],
    );
  });

  it('does not call failed what somebody cancelled', () => {
    const steps = [
      buildStep({ id: 'shadow', phase: 'shadowing', status: 'failed' }),
      buildStep({ id: 'back', phase: 'rolling-back', status: 'failed' }),
    ];
    expect(
      list(
        buildEnablement({ phase: 'failed', steps, cancelRequested: true }),
      ).filter(each => !each.endsWith('skipped')),
    ).toEqual(['shadowing stopped', 'rolling-back failed', 'failed failed']);
  });

  const hold = { reason: 'r', since: '', expiresAt: '' };

  it('has the decision that was waited for, whatever came of it', () => {
    expect(list(buildEnablement({ phase: 'held', hold }))).toEqual([
      'validating done',
      'shadowing done',
      'held running',
      'enforcing upcoming',
      'verifying upcoming',
      'done upcoming',
    ]);
    const steps = [
      buildStep(),
      buildStep({ id: 'shadow', phase: 'shadowing' }),
      buildStep({ id: 'back', phase: 'rolling-back' }),
    ];
    expect(
      list(buildEnablement({ phase: 'rolled-back', steps, hold })),
    ).toEqual([
      'validating done',
      'shadowing done',
      'held done',
      'enforcing skipped',
      'verifying skipped',
      'rolling-back done',
      'rolled-back done',
    ]);
  });

  it('ends where it is declined', () => {
    expect(
      list(
        buildEnablement({
          phase: 'declined',
          steps: [],
          approval: { required: true, permission: 'p', reason: 'r' },
        }),
      ),
    ).toEqual(['awaiting-approval done', 'declined stopped']);
  });

  it('is all to come before it begins', () => {
    expect(
      list(buildEnablement({ phase: 'planned', steps: [] })).every(each =>
        each.endsWith(' upcoming'),
      ),
    ).toBe(true);
  });
});
