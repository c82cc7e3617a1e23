import {
  digestEntityRef,
  EntityStatus,
  IstioJwtSignal,
} from 'backstage-plugin-istio-jwt-common';
import { describeFailure, RequestFailure } from '../api/describeFailure';

/*
 * Keeps one entity's status current while somebody looks at it: refetches on a signal, polls where
 * signals fail, and keeps what it has while it does. A second request may start while the first
 * hangs, so answers carry the number of their request and an older one never replaces a newer one.
 */

/** What is known of an entity's status right now. */
export type StatusFeedState =
  | { kind: 'loading' }
  | { kind: 'denied'; message: string }
  | { kind: 'failed'; message: string; retrying: boolean }
  | {
      kind: 'ready';
      status: EntityStatus;
      /** When `status` arrived, in milliseconds since the epoch. */
      receivedAt: number;
      /** Why what is shown could not be refreshed since. */
      refreshFailure?: string;
    };

export interface StatusFeedOptions {
  entityRef: string;
  load(signal: AbortSignal): Promise<EntityStatus>;
  /** Subscribes to signals; absent where the portal has none. */
  listen?(onSignal: (signal: IstioJwtSignal) => void): () => void;
  /** Between polls. Default: 30 s. */
  pollMs?: number;
  /** Spreads the refetches of many open pages after one signal. Default: 200 ms. */
  jitterMs?: number;
}

const MAX_IN_FLIGHT = 2;
const FIRST_RETRY_MS = 2000;

export class StatusFeed {
  private state: StatusFeedState = { kind: 'loading' };
  private readonly listeners = new Set<() => void>();
  private readonly inFlight = new Map<number, AbortController>();
  private lastSequence = 0;
  private appliedSequence = 0;
  private wantsAnother = false;
  private failures = 0;
  private jitterTimer?: ReturnType<typeof setTimeout>;
  private pollTimer?: ReturnType<typeof setTimeout>;
  private stopListening?: () => void;

  constructor(private readonly options: StatusFeedOptions) {}

  readonly getSnapshot = (): StatusFeedState => this.state;

  /** The feed runs while it has a subscriber. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.listeners.size === 1) {
      this.start();
    }
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) {
        this.stop();
      }
    };
  };

  readonly refresh = (): void => {
    if (this.state.kind === 'failed') {
      this.publish({ ...this.state, retrying: true });
    }
    this.fetchOnce();
  };

  private start(): void {
    const entity = digestEntityRef(this.options.entityRef);
    this.stopListening = this.options.listen?.(signal => {
      if (
        signal?.type === 'status-changed' &&
        signal.entity === entity &&
        !this.hasRevision(signal.revision)
      ) {
        this.scheduleSoon();
      }
    });
    document.addEventListener('visibilitychange', this.onVisibilityChange);
    this.fetchOnce();
  }

  private stop(): void {
    this.stopListening?.();
    document.removeEventListener('visibilitychange', this.onVisibilityChange);
    clearTimeout(this.jitterTimer);
    clearTimeout(this.pollTimer);
    this.jitterTimer = undefined;
    this.wantsAnother = false;
    for (const controller of this.inFlight.values()) {
      controller.abort();
    }
    this.inFlight.clear();
  }

  private readonly onVisibilityChange = (): void => {
    if (document.visibilityState === 'visible') {
      this.fetchOnce();
    }
  };

  private hasRevision(revision: string): boolean {
    return (
      this.state.kind === 'ready' &&
      !this.state.refreshFailure &&
      this.inFlight.size === 0 &&
      this.state.status.revision === revision
    );
  }

  private scheduleSoon(): void {
    this.jitterTimer ??= setTimeout(() => {
      this.jitterTimer = undefined;
      this.fetchOnce();
    }, Math.random() * (this.options.jitterMs ?? 200));
  }

  private schedulePoll(): void {
    clearTimeout(this.pollTimer);
    const regular = this.options.pollMs ?? 30_000;
    const pause =
      this.failures > 0
        ? Math.min(regular, FIRST_RETRY_MS * 2 ** (this.failures - 1))
        : regular;
    // Pages opened together would otherwise poll together for ever.
    this.pollTimer = setTimeout(() => {
      if (document.visibilityState === 'hidden') {
        this.schedulePoll();
      } else {
        this.fetchOnce();
      }
    }, pause * (0.9 + Math.random() * 0.1));
  }

  private fetchOnce(): void {
    if (this.listeners.size === 0) {
      return;
    }
    if (this.inFlight.size >= MAX_IN_FLIGHT) {
      this.wantsAnother = true;
      return;
    }
    this.lastSequence += 1;
    const sequence = this.lastSequence;
    const controller = new AbortController();
    this.inFlight.set(sequence, controller);
    this.options.load(controller.signal).then(
      status => this.settle(sequence, { kind: 'status', status }),
      error => this.settle(sequence, describeFailure(error)),
    );
  }

  private settle(
    sequence: number,
    answer: { kind: 'status'; status: EntityStatus } | RequestFailure,
  ): void {
    // Stopped, or superseded by a newer answer.
    if (!this.inFlight.delete(sequence)) {
      return;
    }
    if (sequence > this.appliedSequence) {
      this.appliedSequence = sequence;
      this.dropOlderThan(sequence);
      this.failures = answer.kind === 'status' ? 0 : this.failures + 1;
      this.publish(this.nextState(answer));
    }
    if (this.wantsAnother) {
      this.wantsAnother = false;
      this.fetchOnce();
    }
    this.schedulePoll();
  }

  private dropOlderThan(sequence: number): void {
    for (const [older, controller] of this.inFlight) {
      if (older < sequence) {
        this.inFlight.delete(older);
        controller.abort();
      }
    }
  }

  private nextState(
    answer: { kind: 'status'; status: EntityStatus } | RequestFailure,
  ): StatusFeedState {
    if (answer.kind === 'status') {
      return {
        kind: 'ready',
        status: answer.status,
        receivedAt: Date.now(),
      };
    }
    if (answer.kind === 'denied') {
      return answer;
    }
    return this.state.kind === 'ready'
      ? { ...this.state, refreshFailure: answer.message }
      : { kind: 'failed', message: answer.message, retrying: false };
  }

  private publish(state: StatusFeedState): void {
    this.state = state;
    this.listeners.forEach(listener => listener());
  }
}
