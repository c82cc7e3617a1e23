import { CompoundEntityRef, parseEntityRef } from '@backstage/catalog-model';
import { DiscoveryApi, FetchApi } from '@backstage/core-plugin-api';
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
import { BackendRequests } from './BackendRequests';
import {
  IstioJwtApi,
  IstioJwtPageOptions,
  IstioJwtRequestOptions,
} from './IstioJwtApi';

/** A plan decides every kind of request on every neighbour, before and after. */
const PLAN_TIMEOUT_MS = 60_000;

/**
 * {@link IstioJwtApi} over HTTP.
 *
 * @public
 */
export class IstioJwtClient implements IstioJwtApi {
  private readonly requests: BackendRequests;

  constructor(options: { discoveryApi: DiscoveryApi; fetchApi: FetchApi }) {
    this.requests = new BackendRequests(options);
  }

  async getStatus(
    entityRef: string | CompoundEntityRef,
    options?: IstioJwtRequestOptions,
  ): Promise<EntityStatus> {
    return this.requests.sendForJson(
      'GET',
      `${entityPath(entityRef)}/status`,
      options,
    );
  }

  async getClusters(
    options?: IstioJwtRequestOptions,
  ): Promise<ClusterFreshness[]> {
    return this.requests.sendForJson('GET', '/v1/clusters', options);
  }

  async startProbeRun(
    entityRef: string | CompoundEntityRef,
    options?: IstioJwtRequestOptions,
  ): Promise<ProbeRun> {
    return this.requests.sendForJson(
      'POST',
      `${entityPath(entityRef)}/probe-runs`,
      {
        signal: options?.signal,
        body: {},
      },
    );
  }

  async getProbeRun(
    entityRef: string | CompoundEntityRef,
    runId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<ProbeRun> {
    return this.requests.sendForJson('GET', runPath(entityRef, runId), options);
  }

  async listProbeRuns(
    entityRef: string | CompoundEntityRef,
    options?: IstioJwtPageOptions,
  ): Promise<Page<ProbeRunSummary>> {
    const path = `${entityPath(entityRef)}/probe-runs${pageQuery(options)}`;
    return this.requests.sendForJson('GET', path, { signal: options?.signal });
  }

  async getHistory(
    entityRef: string | CompoundEntityRef,
    options?: IstioJwtPageOptions,
  ): Promise<Page<StateChange>> {
    const path = `${entityPath(entityRef)}/history${pageQuery(options)}`;
    return this.requests.sendForJson('GET', path, { signal: options?.signal });
  }

  async cancelProbeRun(
    entityRef: string | CompoundEntityRef,
    runId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<ProbeRun> {
    return this.requests.sendForJson(
      'POST',
      `${runPath(entityRef, runId)}/cancel`,
      {
        signal: options?.signal,
        body: {},
      },
    );
  }

  async getEnablementOptions(
    entityRef: string | CompoundEntityRef,
    options?: IstioJwtRequestOptions,
  ): Promise<EnablementOptions> {
    const path = `${entityPath(entityRef)}/enablement-options`;
    return this.requests.sendForJson('GET', path, options);
  }

  async createEnablementPlan(
    entityRef: string | CompoundEntityRef,
    request: EnablementPlanRequest,
    options?: IstioJwtRequestOptions,
  ): Promise<EnablementPlanView> {
    return this.requests.sendForJson(
      'POST',
      `${entityPath(entityRef)}/enablement-plans`,
      {
        signal: options?.signal,
        body: request,
        timeoutMs: PLAN_TIMEOUT_MS,
      },
    );
  }

  async startEnablement(
    entityRef: string | CompoundEntityRef,
    planId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<Enablement> {
    return this.requests.sendForJson(
      'POST',
      `${entityPath(entityRef)}/enablements`,
      {
        signal: options?.signal,
        body: { planId },
        timeoutMs: PLAN_TIMEOUT_MS,
      },
    );
  }

  async listEnablements(
    entityRef: string | CompoundEntityRef,
    options?: IstioJwtPageOptions,
  ): Promise<Page<EnablementSummary>> {
    const path = `${entityPath(entityRef)}/enablements${pageQuery(options)}`;
    return this.requests.sendForJson('GET', path, { signal: options?.signal });
  }

  async getEnablement(
    entityRef: string | CompoundEntityRef,
    enablementId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<Enablement> {
    const path = enablementPath(entityRef, enablementId);
    return this.requests.sendForJson('GET', path, options);
  }

  async cancelEnablement(
    entityRef: string | CompoundEntityRef,
    enablementId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<Enablement> {
    const path = `${enablementPath(entityRef, enablementId)}/cancel`;
    return this.requests.sendForJson('POST', path, {
      signal: options?.signal,
      body: {},
    });
  }

  async approveEnablement(
    entityRef: string | CompoundEntityRef,
    enablementId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<Enablement> {
    const path = `${enablementPath(entityRef, enablementId)}/approve`;
    return this.requests.sendForJson('POST', path, {
      signal: options?.signal,
      body: {},
      timeoutMs: PLAN_TIMEOUT_MS,
    });
  }

  async declineEnablement(
    entityRef: string | CompoundEntityRef,
    enablementId: string,
    request: EnablementDeclineRequest,
    options?: IstioJwtRequestOptions,
  ): Promise<Enablement> {
    const path = `${enablementPath(entityRef, enablementId)}/decline`;
    return this.requests.sendForJson('POST', path, {
      signal: options?.signal,
      body: request,
    });
  }

  async getWaitingPlan(
    entityRef: string | CompoundEntityRef,
    enablementId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<PlannedEnablementView> {
    const path = `${enablementPath(entityRef, enablementId)}/plan`;
    return this.requests.sendForJson('GET', path, {
      signal: options?.signal,
      timeoutMs: PLAN_TIMEOUT_MS,
    });
  }

  async enforceEnablement(
    entityRef: string | CompoundEntityRef,
    enablementId: string,
    options?: IstioJwtRequestOptions,
  ): Promise<Enablement> {
    const path = `${enablementPath(entityRef, enablementId)}/enforce`;
    return this.requests.sendForJson('POST', path, {
      signal: options?.signal,
      body: {},
    });
  }
}

function entityPath(entityRef: string | CompoundEntityRef): string {
  const { kind, namespace, name } = parseEntityRef(entityRef);
  const segments = [kind, namespace, name].map(segment =>
    encodeURIComponent(segment.toLocaleLowerCase('en-US')),
  );
  return `/v1/entities/${segments.join('/')}`;
}

function pageQuery({ limit, cursor }: IstioJwtPageOptions = {}): string {
  const query = new URLSearchParams();
  if (limit !== undefined) {
    query.set('limit', String(limit));
  }
  if (cursor !== undefined) {
    query.set('cursor', cursor);
  }
  const text = query.toString();
  return text && `?${text}`;
}

function runPath(entityRef: string | CompoundEntityRef, runId: string): string {
  return `${entityPath(entityRef)}/probe-runs/${encodeURIComponent(runId)}`;
}

function enablementPath(
  entityRef: string | CompoundEntityRef,
  enablementId: string,
): string {
  return `${entityPath(entityRef)}/enablements/${encodeURIComponent(
    enablementId,
  )}`;
}
