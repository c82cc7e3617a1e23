import {
  Observation,
  Page,
  ProbeRun,
  ProbeRunSummary,
} from 'backstage-plugin-istio-jwt-common';

export type NewProbeRun = Pick<
  ProbeRun,
  'id' | 'entityRef' | 'startedBy' | 'total' | 'targets' | 'vectors'
>;

export interface LastRuns {
  last?: ProbeRun;
  lastDone?: ProbeRun;
  /** The newest done run of all vectors, where `lastDone` sent only some. */
  lastFull?: ProbeRun;
}

/** Where probe runs are kept. Times are ms since the epoch. */
export interface ProbeRunStore {
  /** @returns false where a run of the entity is going on already, in any replica */
  startRun(run: NewProbeRun, now: number): Promise<boolean>;
  addObservations(
    runId: string,
    observations: { position: number; observation: Observation }[],
  ): Promise<void>;
  setTargets(runId: string, targets: ProbeRun['targets']): Promise<void>;
  /** Tells other replicas that the run goes on. */
  beat(runId: string, now: number): Promise<void>;
  finishRun(
    runId: string,
    end: { status: 'done' | 'failed'; error?: string; notes?: string[] },
    now: number,
  ): Promise<void>;
  getRun(entityRef: string, runId: string): Promise<ProbeRun | undefined>;
  /** The newest run, and the newest that is done. */
  getLastRuns(entityRef: string): Promise<LastRuns>;
  /** Newest first. @throws InputError for a cursor of somebody else's making */
  listRuns(
    entityRef: string,
    page: { limit: number; cursor?: string },
  ): Promise<Page<ProbeRunSummary>>;
  /** Ends runs without a sign of life since `before`: their backend went away. */
  failAbandonedRuns(before: number, now: number): Promise<number>;
  /** Deletes runs started before `before`, except those going on. */
  deleteRuns(before: number): Promise<number>;
  /** Deletes scheduled runs started before `before` in which nothing disagreed, except an entity's newest. */
  deleteQuietRounds(before: number): Promise<number>;
}
