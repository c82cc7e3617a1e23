import { Observation, ProbeRun } from 'backstage-plugin-istio-jwt-common';

export type NewProbeRun = Pick<
  ProbeRun,
  'id' | 'entityRef' | 'startedBy' | 'total' | 'targets'
>;

/** Where probe runs are kept. Times are ms since the epoch. */
export interface ProbeRunStore {
  /** @returns false where a run of the entity is going on already, in any replica */
  startRun(run: NewProbeRun, now: number): Promise<boolean>;
  addObservation(
    runId: string,
    position: number,
    observation: Observation,
  ): Promise<void>;
  setTargets(runId: string, targets: ProbeRun['targets']): Promise<void>;
  /** Tells other replicas that the run goes on. */
  beat(runId: string, now: number): Promise<void>;
  finishRun(
    runId: string,
    end: { status: 'done' | 'failed'; error?: string },
    now: number,
  ): Promise<void>;
  getRun(entityRef: string, runId: string): Promise<ProbeRun | undefined>;
  /** The newest run, and the newest that is done. */
  getLastRuns(
    entityRef: string,
  ): Promise<{ last?: ProbeRun; lastDone?: ProbeRun }>;
  /** Ends runs without a sign of life since `before`: their backend went away. */
  failAbandonedRuns(before: number, now: number): Promise<number>;
  /** Deletes runs started before `before`, except those going on. */
  deleteRuns(before: number): Promise<number>;
}
