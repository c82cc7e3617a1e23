import type { PortalBackend } from '../portal/PortalBackend.ts';

/** A token of the guest lasts an hour. */
const SIGN_IN_AGAIN_MS = 20 * 60_000;
const ANSWER_WITHIN_MS = 15_000;

export interface Run {
  id: string;
  status: 'running' | 'done' | 'failed';
  startedAt: string;
  startedBy: string;
  total: number;
  observations: { result: string; wayInId: string }[];
  error?: string;
}

export interface Asked {
  count: number;
  failed: string[];
  /** How long each took, ms. */
  took: number[];
}

/** Asks the portal as a guest, and remembers of each kind of question how it went. */
export class PortalApi {
  readonly asked = new Map<string, Asked>();
  private readonly portal: PortalBackend;
  private token = '';
  private signedInAt = 0;

  constructor(portal: PortalBackend) {
    this.portal = portal;
  }

  /** A sign-in of its own, as a new visitor's. */
  async signIn(): Promise<void> {
    await this.measure('guest sign-in', async () => {
      this.token = await this.portal.signIn();
      this.signedInAt = Date.now();
    });
  }

  /** @returns undefined where it failed, which is remembered */
  async readStatus(entity: string): Promise<unknown> {
    return this.measure('status', () =>
      this.get(`/entities/component/default/${entity}/status`),
    );
  }

  /** Names of Services of the coverage that have the word in them. */
  async findInCoverage(word: string): Promise<string[] | undefined> {
    const page = await this.measure('coverage', () =>
      this.get<{ items: { name: string }[] }>(
        `/coverage/services?q=${word}&limit=100`,
      ),
    );
    return page?.items.map(({ name }) => name);
  }

  /** All of them, newest first, without their observations. */
  async listRuns(entity: string): Promise<Run[]> {
    const runs: Run[] = [];
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({
        limit: '100',
        ...(cursor === undefined ? {} : { cursor }),
      });
      const page = await this.measure('list of runs', () =>
        this.get<{ items: Run[]; nextCursor?: string }>(
          `/entities/component/default/${entity}/probe-runs?${query}`,
        ),
      );
      runs.push(...(page?.items ?? []));
      cursor = page?.nextCursor;
    } while (cursor !== undefined);
    return runs;
  }

  async readRun(entity: string, id: string): Promise<Run | undefined> {
    return this.measure('run', () =>
      this.get<Run>(`/entities/component/default/${entity}/probe-runs/${id}`),
    );
  }

  /** @returns the run, or the status of an answer that refuses one for now (409, 429) */
  async startRun(entity: string): Promise<Run | number> {
    const response = await this.send(
      'POST',
      `/entities/component/default/${entity}/probe-runs`,
    );
    return response.status === 202
      ? ((await response.json()) as Run)
      : response.status;
  }

  private async get<T>(path: string): Promise<T> {
    const response = await this.send('GET', path);
    if (!response.ok) {
      throw new Error(`${response.status} ${await response.text()}`);
    }
    return response.json() as Promise<T>;
  }

  private async send(method: string, path: string): Promise<Response> {
    if (Date.now() - this.signedInAt > SIGN_IN_AGAIN_MS) await this.signIn();
    return fetch(`${this.portal.url}/api/istio-jwt/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}` },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
  }

  private async measure<T>(
    what: string,
    ask: () => Promise<T>,
  ): Promise<T | undefined> {
    const asked = this.asked.get(what) ?? { count: 0, failed: [], took: [] };
    this.asked.set(what, asked);
    const begun = performance.now();
    asked.count += 1;
    try {
      const answer = await ask();
      asked.took.push(performance.now() - begun);
      return answer;
    } catch (error) {
      asked.failed.push(
        `${new Date().toISOString()} ${String(error).slice(0, 200)}`,
      );
      return undefined;
    }
  }
}
