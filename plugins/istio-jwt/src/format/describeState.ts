import { ProtectionState } from 'istio-jwt-policy-engine';

export type Tone = 'danger' | 'warning' | 'success' | 'neutral';

/** How a state is called, and how bad it is. */
export interface StateDescription {
  label: string;
  tone: Tone;
  /** One clause that a person who never heard the word understands. */
  meaning: string;
}

const DESCRIPTIONS: Record<ProtectionState, StateDescription> = {
  enforced: {
    label: 'Enforced',
    tone: 'success',
    meaning: 'A valid token is required.',
  },
  'validated-only': {
    label: 'Validated only',
    tone: 'danger',
    meaning:
      'No token is needed. A token is checked when a request carries one, and a request without any passes.',
  },
  open: {
    label: 'Open',
    tone: 'danger',
    meaning: 'No token is needed, and none is looked at.',
  },
  'over-blocked': {
    label: 'Over-blocked',
    tone: 'warning',
    meaning: 'Requests with good tokens are refused.',
  },
  partial: {
    label: 'Partial',
    tone: 'warning',
    meaning: 'A token is required for some requests, and others pass without.',
  },
  drift: {
    label: 'Drift',
    tone: 'danger',
    meaning: 'The gateways do not do what the configuration says.',
  },
  unknown: {
    label: 'Unknown',
    tone: 'neutral',
    meaning: 'It cannot be told whether a token is required.',
  },
};

/** A state that this version does not know is shown as it came, and never as good. */
export function describeState(state: ProtectionState): StateDescription {
  return (
    DESCRIPTIONS[state] ?? {
      label: String(state),
      tone: 'neutral',
      meaning: DESCRIPTIONS.unknown.meaning,
    }
  );
}
