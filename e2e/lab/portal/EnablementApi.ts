import { sleep } from '../wait.ts';

interface WayIn {
  id: string;
  kind: 'gateway' | 'in-mesh';
  host: string;
}

/** A policy that somebody wrote by hand, as it stands. */
export interface AdoptableObject {
  kind: string;
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
  authors: { manager: string; fields: string[] }[];
}

export interface Options {
  services: {
    cluster: string;
    namespace: string;
    name: string;
    waysIn: WayIn[];
    adoptable?: AdoptableObject[];
    inForce?: { enablementId: string; adopted: boolean };
    gateways: { id: string; by: string; namespace: string; name: string }[];
  }[];
  issuers: { name: string }[];
}

export interface Plan {
  kind: 'planned' | 'refused';
  planId: string;
  pattern?: string;
  reason?: string;
  warnings?: string[];
  changes?: unknown[];
  writing?: { mode: 'direct' | 'copy'; reason?: string };
}

export interface Operation {
  id: string;
  intent: 'enable' | 'disable';
  phase: string;
  outcome?: string;
  updatedAt: string;
  steps: {
    id: string;
    status: string;
    evidence?: { kind: string; message?: string }[];
  }[];
  changes: {
    ref: {
      apiVersion: string;
      kind: string;
      namespace?: string;
      name: string;
    };
  }[];
}

export class ApiError extends Error {
  readonly status: number;

  constructor(call: string, status: number, text: string) {
    super(`${call}: ${status} ${text}`);
    this.status = status;
  }
}

const OVER = ['done', 'rolled-back', 'failed'];

/** The API of one entity's enablement, asked as a person. */
export class EnablementApi {
  private readonly base: string;
  private readonly authorization: string;

  constructor(backendUrl: string, authorization: string, entity: string) {
    this.base = `${backendUrl}/api/istio-jwt/v1/entities/component/default/${entity}`;
    this.authorization = authorization;
  }

  /**
   * Waits until the portal knows the ways in that are wanted, from an up-to-date picture, and plans to
   * enable them.
   */
  async plan(wanted: {
    kind: WayIn['kind'];
    hosts?: string[];
    ids?: string[];
  }): Promise<Plan> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const { services, issuers } = await this.readOptions();
      const [service] = services;
      const chosen = (service?.waysIn ?? []).filter(
        ({ kind, host, id }) =>
          kind === wanted.kind &&
          (wanted.hosts?.includes(host) ?? true) &&
          (wanted.ids?.includes(id) ?? true),
      );
      if (chosen.length > 0) {
        const { cluster, namespace, name } = service;
        const plan = await this.call<Plan>('POST', '/enablement-plans', {
          intent: 'enable',
          service: { cluster, namespace, name },
          waysIn: chosen.map(({ id }) => id),
          issuer: issuers[0].name,
          exemptPaths: [],
          preflights: 'let-through',
        });
        const isBehind = /up to date|could not be read/.test(plan.reason ?? '');
        if (!isBehind || Date.now() > deadline) return plan;
      }
      if (Date.now() > deadline) {
        throw new Error(`The portal knows ${JSON.stringify(services)} only`);
      }
      await sleep(500);
    }
  }

  /** Waits until the portal knows a gateway at which a route can begin, and plans to create it. */
  async planRoute(
    by: 'istio' | 'gateway-api' | 'workload',
    gateway: string,
    host: string,
  ): Promise<Plan> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const { services, issuers } = await this.readOptions();
      const [{ gateways, cluster, namespace, name }] = services;
      const chosen = gateways.find(
        each => each.by === by && each.name === gateway,
      );
      if (chosen) {
        return this.call<Plan>('POST', '/enablement-plans', {
          intent: 'enable',
          service: { cluster, namespace, name },
          waysIn: [],
          route: { host, gateway: chosen.id, port: 80 },
          issuer: issuers[0].name,
          exemptPaths: [],
          preflights: 'let-through',
        });
      }
      if (Date.now() > deadline) {
        throw new Error(`The portal knows ${JSON.stringify(gateways)} only`);
      }
      await sleep(500);
    }
  }

  planDisable(enablementId: string): Promise<Plan> {
    return this.call('POST', '/enablement-plans', {
      intent: 'disable',
      enablementId,
    });
  }

  /** Plans to take over what somebody wrote, as it stood when it was seen. */
  async planAdoption(objects: AdoptableObject[]): Promise<Plan> {
    const { services } = await this.readOptions();
    const { cluster, namespace, name } = services[0];
    return this.call('POST', '/enablement-plans', {
      intent: 'adopt',
      service: { cluster, namespace, name },
      objects: objects.map(
        ({ kind, namespace: place, name: own, uid, resourceVersion }) => ({
          kind,
          namespace: place,
          name: own,
          uid,
          resourceVersion,
        }),
      ),
    });
  }

  async planChange(
    enablementId: string,
    { exemptPaths }: { exemptPaths: string[] },
  ): Promise<Plan> {
    const { issuers } = await this.readOptions();
    return this.call('POST', '/enablement-plans', {
      intent: 'change',
      enablementId,
      issuer: issuers[0].name,
      exemptPaths,
      preflights: 'let-through',
    });
  }

  planRelease(enablementId: string): Promise<Plan> {
    return this.call('POST', '/enablement-plans', {
      intent: 'release',
      enablementId,
    });
  }

  readOptions(): Promise<Options> {
    return this.call('GET', '/enablement-options');
  }

  /** @returns id of the operation, which is that of the plan */
  async start(plan: Plan): Promise<string> {
    if (plan.kind === 'refused') throw new Error(plan.reason);
    const { id } = await this.call<Operation>('POST', '/enablements', {
      planId: plan.planId,
    });
    return id;
  }

  get(id: string): Promise<Operation> {
    return this.call('GET', `/enablements/${id}`);
  }

  cancel(id: string): Promise<Operation> {
    return this.call('POST', `/enablements/${id}/cancel`);
  }

  /** Waits for the end of an operation. */
  async waitForEnd(id: string, timeoutMs = 240_000): Promise<Operation> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const operation = await this.get(id);
      if (OVER.includes(operation.phase)) return operation;
      if (Date.now() > deadline) {
        throw new Error(
          `Not over in time: ${JSON.stringify(operation, null, 1)}`,
        );
      }
      await sleep(300);
    }
  }

  /** Starts what was planned and waits for its end. */
  async run(plan: Plan): Promise<Operation> {
    return this.waitForEnd(await this.start(plan));
  }

  private async call<T>(
    method: string,
    path: string,
    data?: unknown,
  ): Promise<T> {
    const response = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        authorization: this.authorization,
        ...(data === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: data === undefined ? undefined : JSON.stringify(data),
    });
    if (!response.ok) {
      throw new ApiError(
        `${method} ${path}`,
        response.status,
        await response.text(),
      );
    }
    return response.json();
  }
}
