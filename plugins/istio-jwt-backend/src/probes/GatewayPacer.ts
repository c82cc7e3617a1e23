import { setTimeout as sleep } from 'node:timers/promises';
import { LruMap } from '../status/LruMap';
import { ProbeAnswer } from './ProbeClient';
import { Throttle, Urgency } from './Throttle';

/** What a run knows of its waiting. Shared by all probes of the run. */
export interface PacedRun {
  signal: AbortSignal;
  /** Sentences for people. */
  notes: Set<string>;
  /** By gateway: when the run gives up waiting for it, in ms. Kept by the pacer. */
  patience: Map<string, number>;
  /** By gateway: how many requests in a row had no answer in time. Kept by the pacer. */
  timeouts: Map<string, number>;
  urgency: Urgency;
}

export function startPacedRun(
  signal: AbortSignal,
  urgency: Urgency = 'probe',
): PacedRun {
  return {
    signal,
    notes: new Set(),
    patience: new Map(),
    timeouts: new Map(),
    urgency,
  };
}

/** A gateway that is not to be asked for a while. */
export interface BackOff {
  status: number;
  waitMs: number;
}

export interface GatewayPacerOptions {
  maxConcurrency: number;
  /** Requests per second to one gateway address. */
  ratePerGateway: number;
  onBackOff?: (backOff: BackOff) => void;
  /** First pause; doubled each time. Default: 1 s. */
  firstPauseMs?: number;
  /**
   * From the first wait of a run for a gateway until the run gives it up. Default: 30 s. Probes of one
   * connection wait one after the other: each for itself would make a run last for hours.
   */
  maxWaitMs?: number;
  /** From when on a request holds a slot for long. Default: 1 s. */
  slowMs?: number;
}

const MAX_GATEWAYS = 1000;
const MAX_PAUSE_MS = 60_000;
/** Of what a gateway asks for with Retry-After. */
const MAX_ASKED_PAUSE_MS = 5 * 60_000;
const MAX_WAIT_MS = 30_000;
const MAX_SENDS = 3;
/** One application behind a gateway may be broken; a gateway that answers nothing else is. */
const FAILURES_IN_A_ROW = 3;
const TIMEOUTS_IN_A_ROW = 3;
const TIMEOUT_CODE = /TIMEOUT$|^ETIMEDOUT$/;

interface GatewayState {
  failures: number;
  pauses: number;
  pausedUntil: number;
  status: number;
}

/**
 * Sends every probe of this process: caps requests at once and per second over all runs, and leaves
 * a gateway alone that answers 429, or 5xx again and again.
 */
export class GatewayPacer {
  private readonly throttle: Throttle;
  private readonly gateways = new LruMap<GatewayState>(MAX_GATEWAYS);

  constructor(private readonly options: GatewayPacerOptions) {
    this.throttle = new Throttle(
      options.maxConcurrency,
      options.ratePerGateway,
      options.slowMs,
    );
  }

  async send(
    gateway: string,
    run: PacedRun,
    send: () => Promise<ProbeAnswer>,
  ): Promise<ProbeAnswer> {
    for (let sends = 1; ; sends++) {
      const given = await this.waitFor(gateway, run);
      if (given) {
        return given;
      }
      const answer = await this.throttle.run(gateway, send, run.urgency);
      noteTimeout(gateway, answer, run);
      const { isTurnedAway, begun } = this.noteAnswer(gateway, answer);
      if (begun) {
        run.notes.add(describePause(gateway, begun));
        this.options.onBackOff?.(begun);
      }
      if (!isTurnedAway || sends >= MAX_SENDS || run.signal.aborted) {
        return withoutRetryAfter(answer);
      }
    }
  }

  /** @returns what to answer instead of sending, or undefined once the gateway may be asked */
  private async waitFor(
    gateway: string,
    { signal, notes, patience, timeouts }: PacedRun,
  ): Promise<ProbeAnswer | undefined> {
    if ((timeouts.get(gateway) ?? 0) >= TIMEOUTS_IN_A_ROW) {
      const message = `The gateway did not answer in time ${TIMEOUTS_IN_A_ROW} times in a row, so that this run asks it nothing more.`;
      notes.add(`${gateway}: ${message}`);
      return { kind: 'error', code: 'GIVEN_UP', message };
    }
    for (;;) {
      const state = this.gateways.get(gateway);
      const wait = (state?.pausedUntil ?? 0) - Date.now();
      if (!state || wait <= 0 || signal.aborted) {
        return undefined;
      }
      const deadline =
        patience.get(gateway) ??
        Date.now() + (this.options.maxWaitMs ?? MAX_WAIT_MS);
      patience.set(gateway, deadline);
      if (Date.now() + wait > deadline) {
        const message = `The gateway answered ${state.status} and is left alone for a while.`;
        notes.add(`${gateway}: ${message}`);
        return { kind: 'error', code: 'BACKED_OFF', message };
      }
      await sleep(wait, undefined, { signal }).catch(() => {});
    }
  }

  /** @returns whether to send again after a pause, and the pause where it begins now */
  private noteAnswer(
    gateway: string,
    answer: ProbeAnswer,
  ): { isTurnedAway: boolean; begun?: BackOff } {
    if (answer.kind === 'error') {
      return { isTurnedAway: false };
    }
    const { status, retryAfterMs } = answer;
    const known = this.gateways.get(gateway);
    const isAsked =
      status === 429 || (status === 503 && retryAfterMs !== undefined);
    if (status < 500 && !isAsked) {
      if (known) {
        this.gateways.delete(gateway);
      }
      return { isTurnedAway: false };
    }
    const state = known ?? {
      failures: 0,
      pauses: 0,
      pausedUntil: 0,
      status,
    };
    this.gateways.set(gateway, state);
    state.failures += 1;
    state.status = status;
    if (state.pausedUntil > Date.now()) {
      return { isTurnedAway: true };
    }
    if (!isAsked && state.failures < FAILURES_IN_A_ROW) {
      return { isTurnedAway: false };
    }
    const waitMs =
      retryAfterMs === undefined
        ? Math.min(
            (this.options.firstPauseMs ?? 1000) * 2 ** state.pauses,
            MAX_PAUSE_MS,
          )
        : Math.min(retryAfterMs, MAX_ASKED_PAUSE_MS);
    state.failures = 0;
    state.pauses = Math.min(state.pauses + 1, 16);
    state.pausedUntil = Date.now() + waitMs;
    return { isTurnedAway: true, begun: { status, waitMs } };
  }
}

function noteTimeout(
  gateway: string,
  answer: ProbeAnswer,
  { timeouts }: PacedRun,
): void {
  const isTimeout = answer.kind === 'error' && TIMEOUT_CODE.test(answer.code);
  timeouts.set(gateway, isTimeout ? (timeouts.get(gateway) ?? 0) + 1 : 0);
}

function describePause(gateway: string, { status, waitMs }: BackOff): string {
  return `${gateway} answered ${status}: left alone for ${Math.ceil(
    waitMs / 1000,
  )} s.`;
}

/** The wait is the pacer's own matter; answers are stored. */
function withoutRetryAfter(answer: ProbeAnswer): ProbeAnswer {
  if (answer.kind === 'error') {
    return answer;
  }
  const { retryAfterMs, ...rest } = answer;
  return rest;
}
