import { EnablementIntent } from 'backstage-plugin-istio-jwt-common';

interface IntentWords {
  /** Such as `Require tokens of company`. */
  name: (issuer: string) => string;
  /** On the button that starts it. */
  start: string;
  /** It takes something away. */
  isDestructive?: boolean;
  /** What is so once it is done. */
  done: string;
}

const WORDS: Record<EnablementIntent, IntentWords> = {
  enable: {
    name: issuer => `Require tokens of ${issuer}`,
    start: 'Enable',
    done: 'A token is required: enforced, and proved',
  },
  change: {
    name: issuer => `Change what is required, to tokens of ${issuer}`,
    start: 'Change',
    done: 'The change is enforced, and proved',
  },
  disable: {
    name: issuer => `Stop requiring tokens of ${issuer}`,
    start: 'Stop requiring a token',
    isDestructive: true,
    done: 'A token is not required any more',
  },
  adopt: {
    name: issuer => `Adopt what requires tokens of ${issuer}`,
    start: 'Adopt',
    done: 'The policies are the portal’s; none was changed',
  },
  release: {
    name: issuer => `Give back what requires tokens of ${issuer}`,
    start: 'Give back',
    done: 'The policies are their author’s again; none was changed',
  },
  restore: {
    name: issuer => `Bring back what requires tokens of ${issuer}`,
    start: 'Bring back',
    isDestructive: true,
    done: 'What was written stands again, and was seen to work',
  },
  accept: {
    name: issuer => `Accept what stands for tokens of ${issuer}`,
    start: 'Accept',
    done: 'What stands is what is wanted; no policy was changed',
  },
};

/** Words for what an operation is for; of one that a newer backend knows, general ones. */
export function describeIntent(intent: EnablementIntent): IntentWords {
  return (
    WORDS[intent] ?? {
      name: issuer => `Operation on tokens of ${issuer}`,
      start: 'Start',
      done: 'It is done',
    }
  );
}
