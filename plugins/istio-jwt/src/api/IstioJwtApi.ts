import { CompoundEntityRef } from '@backstage/catalog-model';
import { createApiRef } from '@backstage/core-plugin-api';
import {
  ClusterFreshness,
  Enablement,
  EnablementDeclineRequest,
  EnablementOptions,
  EnablementPlanRequest,
  EnablementPlanView,
  EnablementSummary,
  EntityStatus,
  Page,
  PlannedEnablementView,
  ProbeRun,
  ProbeRunSummary,
  StateChange,
} from 'backstage-plugin-istio-jwt-common';

/** @public */
export interface IstioJwtRequestOptions {
  /** Ends the request early. */
  signal?: AbortSignal;
}

/** @public */
export interface IstioJwtPageOptions extends IstioJwtRequestOptions {
  /** Length of a page, at most 200. Default: 50. */
  limit?: number;
  /** `nextCursor` of the page before. */
  cursor?: string;
}

/**
 * Client of the istio-jwt backend plugin. Every method rejects with `ResponseError` of
 * `@backstage/errors` where the backend refuses.
 *
 * @public
 */
export interface IstioJwtApi {
  getStatus(
    entityRef: string | CompoundEntityRef,
    options?: IstioJwtRequestOptions,
  ): Promise<EntityStatus>;

  getClusters(options?: IstioJwtRequestOptions): Promise<ClusterFreshness[]>;

  /** Starts probes of every way in that probes can reach. */
  startProbeRun(
    entityRef: string | CompoundEntityRef,
    options?: IstioJwtRequestOptions,
  ): Promise<ProbeRun>;

  getProbeRun(
    entityRef: string | CompoundEntityRef,
    runId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<ProbeRun>;

  /** Runs without their observations, newest first. */
  listProbeRuns(
    entityRef: string | CompoundEntityRef,
    options?: IstioJwtPageOptions,
  ): Promise<Page<ProbeRunSummary>>;

  /** Changes of state of the entity, its services and their ways in, newest first. */
  getHistory(
    entityRef: string | CompoundEntityRef,
    options?: IstioJwtPageOptions,
  ): Promise<Page<StateChange>>;

  /** Asks a run to stop. Probes that were not sent yet are reported as not tested. */
  cancelProbeRun(
    entityRef: string | CompoundEntityRef,
    runId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<ProbeRun>;

  /** What can be planned for the entity, and what the caller may do. */
  getEnablementOptions(
    entityRef: string | CompoundEntityRef,
    options?: IstioJwtRequestOptions,
  ): Promise<EnablementOptions>;

  /** Plans to require a token, or to stop requiring one. Changes nothing in the cluster. */
  createEnablementPlan(
    entityRef: string | CompoundEntityRef,
    request: EnablementPlanRequest,
    options?: IstioJwtRequestOptions,
  ): Promise<EnablementPlanView>;

  /** Starts what a plan says. Rejects with 409 where the configuration has changed since. */
  startEnablement(
    entityRef: string | CompoundEntityRef,
    planId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<Enablement>;

  /** Operations without their steps, newest first. */
  listEnablements(
    entityRef: string | CompoundEntityRef,
    options?: IstioJwtPageOptions,
  ): Promise<Page<EnablementSummary>>;

  getEnablement(
    entityRef: string | CompoundEntityRef,
    enablementId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<Enablement>;

  /** Asks an operation to stop and to take back what it wrote. */
  cancelEnablement(
    entityRef: string | CompoundEntityRef,
    enablementId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<Enablement>;

  /** Lets an operation that waits for an approval begin. */
  approveEnablement(
    entityRef: string | CompoundEntityRef,
    enablementId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<Enablement>;

  /** Ends an operation that waits for an approval. */
  declineEnablement(
    entityRef: string | CompoundEntityRef,
    enablementId: string,
    request: EnablementDeclineRequest,
    options?: IstioJwtRequestOptions,
  ): Promise<Enablement>;

  /**
   * What an operation that waits for an approval would do, for whoever may approve it. Rejects with 409
   * where the configuration has changed since.
   */
  getWaitingPlan(
    entityRef: string | CompoundEntityRef,
    enablementId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<PlannedEnablementView>;

  /** Has an operation go on that is held before it enforces anything. */
  enforceEnablement(
    entityRef: string | CompoundEntityRef,
    enablementId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<Enablement>;
}

/** @public */
export const istioJwtApiRef = createApiRef<IstioJwtApi>({
  id: 'plugin.istio-jwt.service',
});
