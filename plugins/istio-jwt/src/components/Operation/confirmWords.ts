import { Enablement } from 'backstage-plugin-istio-jwt-common';

/** What a button that asks once more says. */
export interface ConfirmWords {
  button: string;
  title: string;
  text: string;
  keep: string;
  confirm: string;
  isDestructive: boolean;
}

export const ENFORCE_WORDS: ConfirmWords = {
  button: 'Enforce',
  title: 'Enforce the policy?',
  text: 'Requests without a valid token are refused from then on, those that were counted among them. The service and its neighbours are asked; where one answer is not as planned, everything is taken back.',
  keep: 'Not yet',
  confirm: 'Enforce it',
  isDestructive: false,
};

/** What cancelling comes to, where the operation stands. */
export function chooseCancelWords({
  phase,
  intent,
  proposal,
}: Enablement): ConfirmWords {
  if (phase === 'failed') {
    return {
      button: 'Take it back again',
      title: 'Try again to take it back?',
      text: 'What still stands of this operation is taken back once more, last first.',
      keep: 'Leave it',
      confirm: 'Try again',
      isDestructive: true,
    };
  }
  if (proposal) {
    return {
      button: 'Stop waiting',
      title: 'Stop waiting for the merge?',
      text: 'The portal does not look for it any more. It wrote nothing, so nothing is taken back: close the pull request, or revert what was merged.',
      keep: 'Wait on',
      confirm: 'Stop waiting',
      isDestructive: true,
    };
  }
  if (phase === 'awaiting-approval') {
    return {
      button: 'Withdraw',
      title: 'Withdraw it?',
      text: 'It has not begun, and nothing was written. Nobody can approve it any more.',
      keep: 'Wait on',
      confirm: 'Withdraw it',
      isDestructive: true,
    };
  }
  if (phase === 'held') {
    return {
      button: 'Give up',
      title: 'Give it up?',
      text: 'Everything that it wrote is taken back, last first. Ways in are as open as before.',
      keep: 'Decide later',
      confirm: 'Give up and roll back',
      isDestructive: true,
    };
  }
  return {
    button: 'Cancel',
    title: 'Cancel and roll back?',
    text:
      intent === 'enable'
        ? 'The operation stops after its present step, and everything that it wrote is taken back, last first. Ways in are as open as before.'
        : 'The operation stops after its present step, and everything that it took away is put back. A token stays required.',
    keep: 'Let it go on',
    confirm: 'Cancel and roll back',
    isDestructive: true,
  };
}
