import {
  Enablement,
  EnablementPhase,
  EnablementStep,
  isEnablementOver,
} from 'backstage-plugin-istio-jwt-common';

/** One phase of an operation as a stepper shows it. */
export interface PhaseEntry {
  phase: EnablementPhase;
  /** `stopped`: somebody cancelled. */
  status: 'done' | 'running' | 'failed' | 'stopped' | 'upcoming' | 'skipped';
  steps: EnablementStep[];
  startedAt?: string;
  finishedAt?: string;
}

/** In these nothing is done: somebody has to decide. */
const WAITING: EnablementPhase[] = ['awaiting-approval', 'held'];

const FORWARD: EnablementPhase[] = [
  'validating',
  'shadowing',
  'enforcing',
  'verifying',
  'done',
];

/** A route is opened once the host is closed, and goes before the policies do. */
function listForward({
  intent,
  changes,
  hold,
}: Partial<
  Pick<Enablement, 'intent' | 'changes' | 'hold'>
>): EnablementPhase[] {
  if (!changes?.some(({ step }) => step === 'route')) {
    return hold
      ? FORWARD.flatMap(each => (each === 'shadowing' ? [each, 'held'] : each))
      : FORWARD;
  }
  return intent === 'disable'
    ? ['validating', 'routing', 'enforcing', 'verifying', 'done']
    : ['validating', 'enforcing', 'routing', 'verifying', 'done'];
}

/** The phases of an operation in order: those that were, the one that is, and those to come. */
export function buildPhases({
  phase,
  steps,
  approval,
  cancelRequested,
  proposal,
  ...operation
}: Pick<
  Enablement,
  'phase' | 'steps' | 'approval' | 'cancelRequested' | 'proposal'
> &
  Partial<Pick<Enablement, 'intent' | 'changes' | 'hold'>>): PhaseEntry[] {
  const goesBack =
    phase === 'rolling-back' ||
    phase === 'rolled-back' ||
    steps.some(step => step.phase === 'rolling-back');
  const forward: EnablementPhase[] = [
    ...(approval.required ? (['awaiting-approval'] as const) : []),
    ...listForward(operation),
  ];
  const end: EnablementPhase = phase === 'failed' ? 'failed' : 'rolled-back';
  const order: EnablementPhase[] =
    goesBack || phase === 'failed'
      ? [
          ...forward.filter(each => each !== 'done'),
          ...(goesBack ? (['rolling-back'] as const) : []),
          end,
        ]
      : forward;
  const listed = listPhases(phase, proposal !== undefined, order);
  const current = listed.indexOf(phase);
  return listed.map((each, index) => {
    const own = steps.filter(step => step.phase === each);
    const entry = {
      phase: each,
      steps: own,
      ...(own.length > 0 ? { startedAt: own[0].startedAt } : {}),
      ...(own.length > 0 && own.every(({ finishedAt }) => finishedAt)
        ? { finishedAt: own[own.length - 1].finishedAt }
        : {}),
    };
    const status = judge(each, index - current, own, phase, goesBack);
    const isStopped =
      status === 'failed' && cancelRequested && each !== 'rolling-back';
    return {
      ...entry,
      status: isStopped && each !== 'failed' ? 'stopped' : status,
    };
  });
}

/** Where nothing is written, nothing goes back. */
function listPhases(
  phase: EnablementPhase,
  isProposal: boolean,
  order: EnablementPhase[],
): EnablementPhase[] {
  if (phase === 'declined') return ['awaiting-approval', phase];
  if (!isProposal) return order;
  return phase === 'withdrawn' || phase === 'expired'
    ? ['proposed', phase]
    : ['proposed', 'verifying', 'done'];
}

function judge(
  each: EnablementPhase,
  distance: number,
  own: EnablementStep[],
  phase: EnablementPhase,
  goesBack: boolean,
): PhaseEntry['status'] {
  if (own.some(({ status }) => status === 'failed')) {
    return 'failed';
  }
  if (each === phase) {
    if (each === 'failed') {
      return 'failed';
    }
    if (each === 'declined') {
      return 'stopped';
    }
    return isEnablementOver(each) ? 'done' : 'running';
  }
  if (distance > 0) {
    return 'upcoming';
  }
  const wasReached = own.length > 0 || WAITING.includes(each);
  // An operation that goes back has left out what it did not come to.
  return !wasReached && (goesBack || phase === 'failed') ? 'skipped' : 'done';
}
