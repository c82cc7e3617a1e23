import {
  EnablementIntent,
  EnablementPhase,
} from 'backstage-plugin-istio-jwt-common';

const LABELS: Record<EnablementPhase, string> = {
  planned: 'Accepted',
  'awaiting-approval': 'Waiting for approval',
  validating: 'Validating',
  shadowing: 'Shadowing',
  held: 'Waiting for a decision',
  enforcing: 'Enforcing',
  routing: 'Opening the route',
  verifying: 'Verifying',
  done: 'Done',
  'rolling-back': 'Rolling back',
  'rolled-back': 'Rolled back',
  failed: 'Failed',
  proposed: 'Waiting for merge',
  withdrawn: 'Withdrawn',
  expired: 'Expired',
  declined: 'Declined',
};

const MEANINGS: Record<EnablementPhase, string> = {
  planned: 'Accepted, and not begun yet.',
  'awaiting-approval':
    'Somebody with istio-jwt.enablement.approve has to approve it.',
  validating:
    'Everything is tried with a server-side dry run; then the RequestAuthentication is written, and has to refuse a junk token.',
  shadowing:
    'The AuthorizationPolicy stands as a dry run: it is watched, and enforces nothing.',
  held: 'Nothing is enforced. Somebody has to say whether it is to be.',
  enforcing: 'The AuthorizationPolicy is enforced.',
  routing:
    'The host is closed; now its route is written, and nobody may pass without a token.',
  verifying: 'The service and a sample of its neighbours are probed.',
  done: 'It stands, and was seen to work.',
  'rolling-back': 'What was written is taken back, last first.',
  'rolled-back': 'Everything is as it was before.',
  failed: 'Not even taking it back worked; see what stands there still.',
  proposed:
    'What was planned is with whoever keeps this place. The portal looks for it in the cluster.',
  withdrawn: 'Nobody follows it any more. The portal wrote nothing.',
  expired: 'It did not stand in the cluster, or was not proved, in time.',
  declined: 'Somebody who could have approved it did not want it.',
};

const DISABLE_MEANINGS: Partial<Record<EnablementPhase, string>> = {
  validating: 'Everything is tried with a server-side dry run.',
  shadowing:
    'The AuthorizationPolicy becomes a dry run: it is watched, and enforces nothing.',
  routing:
    'The route goes first, while the policies stand, until nothing is routed any more.',
  enforcing: 'The policies are taken away.',
  done: 'What the enablement wrote is gone.',
  'rolling-back': 'What was taken away is put back.',
};

const CHANGE_MEANINGS: Partial<Record<EnablementPhase, string>> = {
  validating:
    'Everything is tried with a server-side dry run; then the RequestAuthentication trusts what it did and what it will, side by side.',
  shadowing: 'Not needed: what stands goes on being enforced.',
  enforcing:
    'The AuthorizationPolicy lets through what either the old or the new one does, and then only what the new one does.',
  done: 'The change stands, and was seen to work.',
  'rolling-back': 'What stood before is put back.',
};

const MARK_MEANINGS: Partial<Record<EnablementPhase, string>> = {
  validating: 'Everything is tried with a server-side dry run.',
  shadowing: 'Not needed: no policy is changed.',
  enforcing: 'Labels and annotations are written, and no policy is changed.',
  verifying:
    'The service and a sample of its neighbours are answered as before.',
  done: 'It is done, and everything is answered as before.',
  'rolling-back': 'The marks are put back as they were.',
};

const OTHER_MEANINGS: Partial<
  Record<EnablementIntent, Partial<Record<EnablementPhase, string>>>
> = {
  disable: DISABLE_MEANINGS,
  change: CHANGE_MEANINGS,
  restore: CHANGE_MEANINGS,
  adopt: MARK_MEANINGS,
  release: MARK_MEANINGS,
  accept: MARK_MEANINGS,
};

export function labelPhase(phase: EnablementPhase): string {
  return LABELS[phase] ?? String(phase);
}

/** What goes on in a phase, in one sentence. */
export function explainPhase(
  phase: EnablementPhase,
  intent: EnablementIntent,
): string {
  return OTHER_MEANINGS[intent]?.[phase] ?? MEANINGS[phase] ?? '';
}
