import {
  AuthService,
  BackstageCredentials,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import { parseEntityRef } from '@backstage/catalog-model';
import { ResponseError } from '@backstage/errors';
import {
  Enablement,
  EnablementOptions,
  EnablementPlanRequest,
  EnablementPlanView,
  EnablementProposalRequest,
  PlannedEnablementView,
} from 'backstage-plugin-istio-jwt-common';

/** Whose task it is, and about which entity. */
export interface PlanCall {
  /** Full or short, such as `component:default/orders` or `orders`. */
  entityRef: string;
  credentials: BackstageCredentials;
}

const TIMEOUT_MS = 60_000;

/** The istio-jwt backend, asked on behalf of whoever started the task: their permissions count. */
export class PlansClient {
  constructor(
    private readonly options: {
      auth: AuthService;
      discovery: DiscoveryService;
    },
  ) {}

  getOptions(call: PlanCall): Promise<EnablementOptions> {
    return this.ask(call, 'enablement-options');
  }

  plan(
    call: PlanCall,
    request: EnablementPlanRequest,
  ): Promise<EnablementPlanView> {
    return this.ask(call, 'enablement-plans', request);
  }

  readPlan(call: PlanCall, planId: string): Promise<PlannedEnablementView> {
    return this.ask(call, `enablement-plans/${encodeURIComponent(planId)}`);
  }

  propose(
    call: PlanCall,
    planId: string,
    request: EnablementProposalRequest,
  ): Promise<Enablement> {
    return this.ask(
      call,
      `enablement-plans/${encodeURIComponent(planId)}/proposal`,
      request,
    );
  }

  /** @throws Error that says what the backend said */
  private async ask<T>(
    { entityRef, credentials }: PlanCall,
    path: string,
    body?: object,
  ): Promise<T> {
    const { auth, discovery } = this.options;
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf: credentials,
      targetPluginId: 'istio-jwt',
    });
    const { kind, namespace, name } = parseEntityRef(entityRef, {
      defaultKind: 'component',
      defaultNamespace: 'default',
    });
    const entity = [kind.toLowerCase(), namespace, name]
      .map(encodeURIComponent)
      .join('/');
    const response = await fetch(
      `${await discovery.getBaseUrl(
        'istio-jwt',
      )}/v1/entities/${entity}/${path}`,
      {
        method: body ? 'POST' : 'GET',
        headers: {
          authorization: `Bearer ${token}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
    );
    if (!response.ok) {
      const failure = await ResponseError.fromResponse(response);
      // What went wrong is in the cause; a task's log shows the message alone.
      throw new Error(failure.cause.message, { cause: failure });
    }
    return JSON.parse(await response.text());
  }
}
