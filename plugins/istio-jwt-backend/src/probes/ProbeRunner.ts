import { LoggerService } from '@backstage/backend-plugin-api';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { ProbeRun, StatusProblem } from 'backstage-plugin-istio-jwt-common';
import { randomUUID } from 'node:crypto';
import { ClusterRegistry } from '../cluster';
import { readAnnotations } from '../entity';
import { assessEntity } from '../status/assessEntity';
import { selectClusters } from '../status/buildEntityStatus';
import { ProbeRunStore } from '../storage';
import {
  GatewayPacer,
  GatewayPacerOptions,
  startPacedRun,
} from './GatewayPacer';
import { narrowPlans } from './narrowPlans';
import { ObservationWriter } from './ObservationWriter';
import { boundPlans, planProbes, WayInPlan } from './planProbes';
import { probeWaysIn, ProbingTools } from './probeWaysIn';

export type StartResult =
  /** `ended` gives the run once it is over; it never rejects. */
  | { kind: 'started'; run: ProbeRun; ended: Promise<ProbeRun> }
  | { kind: 'running' }
  | { kind: 'too-soon'; retryAfterMs: number }
  | { kind: 'disabled' }
  /** Clusters whose first reading has not ended: which ways in there are is not known yet. */
  | { kind: 'reading'; clusters: string[] }
  /** Every cluster of the entity is in maintenance. */
  | { kind: 'paused' }
  | { kind: 'impossible'; problem: StatusProblem };

/** How a run differs from one that a person starts. */
export interface RunChoice {
  /** Ids of the vectors to send. Absent: all. */
  vectors?: readonly string[];
  /** Why a cluster is not to be probed now. */
  describePause?: (cluster: string) => string | undefined;
}

export interface ProbeRunnerOptions extends Omit<ProbingTools, 'pacer'> {
  registry: ClusterRegistry;
  store: ProbeRunStore;
  logger: LoggerService;
  /** Pause between two runs of one entity. Default: 5 s. */
  minPauseMs?: number;
  /** Longest wait for clusters that are being read for the first time. Default: 10 s. */
  readWithinMs?: number;
  onBackOff?: GatewayPacerOptions['onBackOff'];
}

const BEAT_MS = 5000;
/** A run without a sign of life for this long has lost its backend. */
export const ABANDONED_AFTER_MS = 30_000;
const MAX_RUN_MS = 10 * 60 * 1000;
const MAX_RUNS_AT_ONCE = 20;

/** Runs probes in the background, one run per entity at a time over all replicas. */
export class ProbeRunner {
  /** For whoever else sends requests to gateways. */
  readonly pacer: GatewayPacer;
  private readonly active = new Map<
    string,
    { entityRef: string; abort: AbortController; done: Promise<unknown> }
  >();
  private readonly lastStart = new Map<string, number>();
  private lastSweep = 0;

  constructor(private readonly options: ProbeRunnerOptions) {
    const { maxConcurrency, ratePerGateway } = options.config;
    const { onBackOff } = options;
    this.pacer = new GatewayPacer({
      maxConcurrency,
      ratePerGateway,
      onBackOff,
    });
  }

  async start(
    entity: Entity,
    startedBy: string,
    choice: RunChoice = {},
  ): Promise<StartResult> {
    const { config, registry, store } = this.options;
    if (!config.enabled) {
      return { kind: 'disabled' };
    }
    const entityRef = stringifyEntityRef(entity);
    if ([...this.active.values()].some(run => run.entityRef === entityRef)) {
      return { kind: 'running' };
    }
    const wait = this.measureWait(entityRef);
    if (wait > 0) {
      return { kind: 'too-soon', retryAfterMs: wait };
    }
    const annotations = readAnnotations(entity);
    if (!annotations.ok) {
      return { kind: 'impossible', problem: annotations.problem };
    }
    const scope = selectClusters(annotations.target, registry);
    if (!scope.ok) {
      return { kind: 'impossible', problem: scope.problem };
    }
    const reading = await registry.waitUntilRead(
      scope.mirrors,
      this.options.readWithinMs ?? 10_000,
    );
    if (reading.length > 0) {
      return { kind: 'reading', clusters: reading };
    }
    await Promise.all(scope.mirrors.map(mirror => mirror.prepare()));
    const notes = new Set<string>();
    const planned = planProbes(
      annotations.target,
      assessEntity(annotations.target, scope.mirrors, []),
      this.options.config.optIn,
    );
    const plans = boundPlans(narrowPlans(planned, choice, notes));
    if (planned.length > 0 && plans.length === 0) {
      return { kind: 'paused' };
    }
    const total = plans.reduce((sum, { probes }) => sum + probes.length, 0);
    if (total === 0) {
      return {
        kind: 'impossible',
        problem: {
          code: 'no-match',
          message: 'There is no way in to probe.',
          fix: 'Look at the problems that the status of this entity tells.',
        },
      };
    }
    const now = Date.now();
    const run: ProbeRun = {
      id: randomUUID(),
      entityRef,
      status: 'running',
      startedAt: new Date(now).toISOString(),
      total,
      observations: [],
      targets: [],
      startedBy,
      ...(choice.vectors ? { vectors: 'essential' as const } : {}),
    };
    if (now > this.lastSweep + BEAT_MS) {
      this.lastSweep = now;
      await store.failAbandonedRuns(now - ABANDONED_AFTER_MS, now);
    }
    if (!(await store.startRun(run, now))) {
      return { kind: 'running' };
    }
    this.noteStart(entityRef, now);
    const abort = new AbortController();
    this.options.onProgress(run);
    const ended = this.execute(run, plans, abort, notes);
    this.active.set(run.id, { entityRef, abort, done: ended });
    return { kind: 'started', run, ended };
  }

  /** @returns false where no such run goes on in this process */
  cancel(runId: string): boolean {
    const active = this.active.get(runId);
    active?.abort.abort();
    return Boolean(active);
  }

  async stop(): Promise<void> {
    const runs = [...this.active.values()];
    runs.forEach(({ abort }) => abort.abort('stopping'));
    await Promise.all(runs.map(({ done }) => done));
  }

  private async execute(
    run: ProbeRun,
    plans: WayInPlan[],
    abort: AbortController,
    notes: Set<string>,
  ): Promise<ProbeRun> {
    const { store, logger } = this.options;
    const beat = setInterval(() => {
      store.beat(run.id, Date.now()).catch(() => {});
    }, BEAT_MS).unref();
    const deadline = setTimeout(() => abort.abort(), MAX_RUN_MS).unref();
    const current = { ...run };
    const writer = new ObservationWriter(store, run.id);
    let end: { status: 'done' | 'failed'; error?: string };
    try {
      await probeWaysIn(
        current,
        plans,
        writer,
        { ...startPacedRun(abort.signal), notes },
        { ...this.options, pacer: this.pacer },
      ).finally(() => writer.flush());
      end = abort.signal.aborted
        ? { status: 'failed', error: describeAbort(abort.signal) }
        : { status: 'done' };
    } catch (error) {
      logger.error(`Probe run ${run.id} failed: ${(error as Error)?.name}`);
      end = { status: 'failed', error: 'The run could not be completed.' };
    } finally {
      clearInterval(beat);
      clearTimeout(deadline);
    }
    const now = Date.now();
    try {
      await store.finishRun(run.id, { ...end, notes: [...notes] }, now);
    } catch (error) {
      logger.error(
        `The end of probe run ${run.id} was not stored: ${
          (error as Error)?.name
        }`,
      );
    }
    this.active.delete(run.id);
    const over: ProbeRun = {
      ...current,
      ...end,
      ...(notes.size > 0 ? { notes: [...notes] } : {}),
      finishedAt: new Date(now).toISOString(),
    };
    this.options.onProgress(over);
    return over;
  }

  private measureWait(entityRef: string): number {
    if (this.active.size >= MAX_RUNS_AT_ONCE) {
      return BEAT_MS;
    }
    const last = this.lastStart.get(entityRef) ?? 0;
    return last + (this.options.minPauseMs ?? 5000) - Date.now();
  }

  private noteStart(entityRef: string, now: number): void {
    this.lastStart.set(entityRef, now);
    if (this.lastStart.size > 10_000) {
      this.lastStart.delete(this.lastStart.keys().next().value!);
    }
  }
}

function describeAbort(signal: AbortSignal): string {
  return signal.reason === 'stopping'
    ? 'The backend stopped in the middle of the run. Run it again.'
    : 'The run was cancelled, or took too long.';
}
