import type { APIRequestContext, Page } from '@playwright/test';
import { tabOf } from '../portal/portal.ts';

const BACKEND = 'http://localhost:7007/api/istio-jwt/v1';

interface WayIn {
  id: string;
  kind: 'gateway' | 'in-mesh';
  host: string;
}
interface Options {
  services: {
    cluster: string;
    namespace: string;
    name: string;
    waysIn: WayIn[];
  }[];
  issuers: { name: string }[];
}
export interface Plan {
  kind: 'planned' | 'refused';
  planId: string;
  reason?: string;
}
export interface Operation {
  id: string;
  phase: string;
  outcome?: string;
  steps: unknown[];
  changes: { ref: { kind: string; namespace?: string; name: string } }[];
}

const OVER = ['done', 'rolled-back', 'failed'];

/** The API of enablement, asked as the person whom the page shows. */
export class EnablementApi {
  static async open(page: Page, entity: string): Promise<EnablementApi> {
    const first = page.waitForRequest(
      request =>
        request.url().startsWith(BACKEND) &&
        request.headers().authorization !== undefined,
    );
    await page.goto(tabOf(entity));
    const { authorization } = (await first).headers();
    return new EnablementApi(page.request, authorization, entity);
  }

  private readonly request: APIRequestContext;
  private readonly authorization: string;
  private readonly base: string;

  private constructor(
    request: APIRequestContext,
    authorization: string,
    entity: string,
  ) {
    this.request = request;
    this.authorization = authorization;
    this.base = `${BACKEND}/entities/component/default/${entity}`;
  }

  /** Waits until the portal knows the ways in that are wanted. */
  async plan(wanted: { kind: WayIn['kind']; hosts?: string[] }): Promise<Plan> {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const { services, issuers } = await this.call<Options>(
        'GET',
        '/enablement-options',
      );
      const [{ waysIn, cluster, namespace, name }] = services;
      const chosen = waysIn.filter(
        ({ kind, host }) =>
          kind === wanted.kind && (wanted.hosts?.includes(host) ?? true),
      );
      if (chosen.length > 0) {
        return this.call<Plan>('POST', '/enablement-plans', {
          intent: 'enable',
          service: { cluster, namespace, name },
          waysIn: chosen.map(({ id }) => id),
          issuer: issuers[0].name,
          exemptPaths: [],
          preflights: 'let-through',
        });
      }
      if (Date.now() > deadline) {
        throw new Error(`The portal knows ${JSON.stringify(waysIn)} only`);
      }
      await new Promise(resolve => setTimeout(resolve, 500));
    }
  }

  planDisable(enablementId: string): Promise<Plan> {
    return this.call('POST', '/enablement-plans', {
      intent: 'disable',
      enablementId,
    });
  }

  /** Starts what was planned and waits for its end. */
  async run(plan: Plan): Promise<Operation> {
    if (plan.kind === 'refused') throw new Error(plan.reason);
    const { id } = await this.call<Operation>('POST', '/enablements', {
      planId: plan.planId,
    });
    for (;;) {
      const operation = await this.call<Operation>('GET', `/enablements/${id}`);
      if (OVER.includes(operation.phase)) return operation;
      await new Promise(resolve => setTimeout(resolve, 500));
    }
  }

  private async call<T>(
    method: string,
    path: string,
    data?: unknown,
  ): Promise<T> {
    const response = await this.request.fetch(`${this.base}${path}`, {
      method,
      headers: { authorization: this.authorization },
      data,
    });
    if (!response.ok()) {
      throw new Error(`${method} ${path}: ${await response.text()}`);
    }
    return response.json();
  }
}
