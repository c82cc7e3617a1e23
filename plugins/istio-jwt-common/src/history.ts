import { ProtectionState } from 'istio-jwt-policy-engine';
import { Observation, ProbeRun } from './status';

/** What a state belongs to. A service takes its worst way in, an entity its worst service. @public */
export type StateSubject =
  | { level: 'entity' }
  | { level: 'service'; cluster: string; namespace: string; service: string }
  | {
      level: 'way-in';
      cluster: string;
      namespace: string;
      service: string;
      wayInId: string;
    }
  /** An object that an operation wrote: it has no state, and `from` and `to` are null. */
  | {
      level: 'policy';
      cluster: string;
      namespace: string;
      kind: string;
      name: string;
    };

/**
 * Why a state changed: `configuration` where the verdict did, `observation` where a probe's answer
 * did while the verdict stayed; `drift` where what an operation wrote was changed, or stands again.
 *
 * @public
 */
export type StateChangeCause =
  | 'first-seen'
  | 'configuration'
  | 'observation'
  | 'drift';

/** One change of one state. @public */
export interface StateChange {
  entityRef: string;
  subject: StateSubject;
  /** null: it was not known before. */
  from: ProtectionState | null;
  /** null: the way in or service is gone. */
  to: ProtectionState | null;
  /** One sentence. Holds no token. */
  reason: string;
  cause: StateChangeCause;
  /** ISO 8601. */
  at: string;
}

/** A run without its observations. @public */
export interface ProbeRunSummary
  extends Omit<ProbeRun, 'observations' | 'targets'> {
  /** Number of observations by result. */
  counts: Record<Observation['result'], number>;
}

/** One page of a list, newest first. @public */
export interface Page<T> {
  items: T[];
  /** To be given as `cursor` for the next page; absent on the last. */
  nextCursor?: string;
}

/** `startedBy` of runs that no person started. @public */
export const STARTED_BY_SCHEDULE = 'schedule:istio-jwt';

/**
 * Topic of `@backstage/plugin-events-node` on which each recorded change is published, with a
 * {@link StateChange} as payload. The first sight of something is no change.
 *
 * @public
 */
export const ISTIO_JWT_STATE_CHANGED_TOPIC = 'istio-jwt.state-changed';
