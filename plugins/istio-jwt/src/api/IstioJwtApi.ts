import { CompoundEntityRef } from '@backstage/catalog-model';
import { createApiRef } from '@backstage/core-plugin-api';
import {
  ClusterFreshness,
  EntityStatus,
  ProbeRun,
} from 'backstage-plugin-istio-jwt-common';

/** @public */
export interface IstioJwtRequestOptions {
  /** Ends the request early. */
  signal?: AbortSignal;
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

  /** Asks a run to stop. Probes that were not sent yet are reported as not tested. */
  cancelProbeRun(
    entityRef: string | CompoundEntityRef,
    runId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<ProbeRun>;
}

/** @public */
export const istioJwtApiRef = createApiRef<IstioJwtApi>({
  id: 'plugin.istio-jwt.service',
});
