import {
  EnablementEvidence,
  EnablementPhase,
  EnablementStep,
} from 'backstage-plugin-istio-jwt-common';
import { PolicyWriter } from 'backstage-plugin-istio-jwt-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnablementConfig } from '../../config';
import { CheckResult as KeyCheck } from '../../jwks/checkKeySource';
import { Operation } from '../operation';
import { OwnProbes } from '../shadow/OwnProbes';
import { ShadowReader } from '../shadow/ShadowReader';
import { EnablementStore } from '../store/EnablementStore';
import { OperationProber } from './OperationProber';

/** A step cannot be done, for a reason that a person is told. What was written goes back. */
export class StepFailed extends Error {}

/** Somebody asked to stop. */
export class CancelRequested extends StepFailed {}

/** Nothing more may be done here: another replica drives, the backend stops, or the database is away. */
export class DriveEnded extends Error {}

export interface RunTools {
  store: EnablementStore;
  writer: PolicyWriter;
  prober: Pick<OperationProber, 'ask' | 'disabledReason'>;
  checkKeys(keys: { issuer: string; jwksUri?: string }): Promise<KeyCheck>;
  deadlines: EnablementConfig['deadlines'];
  shadow: EnablementConfig['shadow'];
  shadowReader: Pick<ShadowReader, 'read'>;
  ownProbes: Pick<OwnProbes, 'find'>;
  /** Pause between two looks. Default: 400 ms. */
  pauseMs?: number;
  onProgress(operation: Operation): void;
}

const MAX_ENTRIES = 200;

/** One replica's hold of one operation: everything that a step needs, and nothing that outlives it. */
export class OperationRun {
  constructor(
    readonly operation: Operation,
    private readonly hold: {
      lease: string;
      leaseMs: number;
      /** Fires when the backend stops or the lease is gone. */
      signal: AbortSignal;
    },
    readonly tools: RunTools,
  ) {}

  get signal(): AbortSignal {
    return this.hold.signal;
  }

  /** Writes down where the operation stands. @throws DriveEnded */
  async save(): Promise<void> {
    this.operation.updatedAt = Date.now();
    const saved = await this.ask(() =>
      this.tools.store.save(this.operation, this.hold.lease),
    );
    if (!saved) throw new DriveEnded('Another replica took over.');
    this.tools.onProgress(this.operation);
  }

  /**
   * To be passed before every write to the cluster and between looks: nothing may be written by a
   * driver that has been replaced.
   *
   * @throws DriveEnded, and StepFailed where somebody cancelled or time is up (not while going back)
   */
  async checkpoint(): Promise<void> {
    const { lease, leaseMs } = this.hold;
    const { held, cancelRequested } = await this.ask(() =>
      this.tools.store.renew(this.operation.id, lease, Date.now() + leaseMs),
    );
    if (!held || this.signal.aborted) {
      throw new DriveEnded('The lease is gone, or the backend stops.');
    }
    if (this.operation.phase === 'rolling-back') return;
    if (cancelRequested) throw new CancelRequested('It was cancelled.');
    const { steps, hold } = this.operation;
    // How long people took to decide is not the operation's own time.
    const began = hold?.enforced?.at ?? Date.parse(steps[0]?.startedAt ?? '');
    if (Date.now() > began + this.tools.deadlines.operationMs) {
      throw new StepFailed('It took longer than an operation may.');
    }
  }

  async pause(factor = 1): Promise<void> {
    await sleep((this.tools.pauseMs ?? 400) * factor, undefined, {
      signal: this.signal,
    }).catch(() => {});
  }

  /** Opens a step, or the one that a driver before left open. */
  async openStep(
    id: string,
    phase: EnablementPhase,
    title: string,
  ): Promise<EnablementStep> {
    const { steps } = this.operation;
    let step = steps.find(known => known.id === id);
    if (step) {
      note(step, 'Taken up again.');
      step.status = 'running';
    } else {
      step = {
        id,
        phase,
        title,
        status: 'running',
        startedAt: new Date().toISOString(),
        evidence: [],
        log: [],
      };
      steps.push(step);
    }
    this.operation.phase = phase;
    await this.save();
    return step;
  }

  closeStep(step: EnablementStep, status: 'done' | 'failed'): void {
    step.status = status;
    step.finishedAt = new Date().toISOString();
  }

  private async ask<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch {
      throw new DriveEnded('The database did not answer.');
    }
  }
}

/** Adds a line to a step's log. */
export function note(step: EnablementStep, message: string): void {
  step.log = [...step.log, { at: new Date().toISOString(), message }].slice(
    -MAX_ENTRIES,
  );
}

export function addEvidence(
  step: EnablementStep,
  ...evidence: EnablementEvidence[]
): void {
  step.evidence = [...step.evidence, ...evidence].slice(-MAX_ENTRIES);
}

export function addNote(step: EnablementStep, message: string): void {
  addEvidence(step, { kind: 'note', at: new Date().toISOString(), message });
}
