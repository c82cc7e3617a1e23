/**
 * The portal's backend as a process of its own: started, killed and started again on the same
 * database, without the browser's part.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { labDir, logsDir } from '../paths.ts';
import { findFreePort } from '../state.ts';
import { waitFor } from '../wait.ts';
import { configurePortal, type PortalOptions } from './config.ts';
import { EnablementApi } from './EnablementApi.ts';

const root = dirname(dirname(labDir));
const transform = createRequire(import.meta.url).resolve(
  '@backstage/cli/config/nodeTransform.cjs',
);
/** A cold start reads some thousand modules. */
const READY_WITHIN_MS = 180_000;

export interface PortalBackendOptions extends PortalOptions {
  /** Of `istioJwt.enablement`, beside what the lab needs. */
  deadlines?: Record<string, string>;
  /** A PostgreSQL instead of a SQLite file. */
  database?: object;
  /** Settings by their path with `_`, such as `istioJwt_schedule_enabled`. */
  config?: Record<string, unknown>;
  /** Of Node, before the backend's own. */
  nodeArgs?: string[];
  env?: Record<string, string>;
  /** Where its output is appended to. Default: the lab's log `portal-backend`. */
  logFile?: string;
}

export class PortalBackend {
  /** Starts it and waits until it answers. */
  static async start(
    options: PortalBackendOptions = {},
  ): Promise<PortalBackend> {
    const backend = new PortalBackend(
      options,
      await findFreePort(),
      mkdtempSync(join(tmpdir(), 'istio-jwt-portal-')),
    );
    await backend.resume();
    return backend;
  }

  private child?: ChildProcess;
  private readonly options: PortalBackendOptions;
  private readonly port: number;
  private readonly databaseDir: string;

  private constructor(
    options: PortalBackendOptions,
    port: number,
    databaseDir: string,
  ) {
    this.options = options;
    this.port = port;
    this.databaseDir = databaseDir;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  private get logFile(): string {
    return this.options.logFile ?? join(logsDir, 'portal-backend.log');
  }

  get isRunning(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  /**
   * Starts it again on the same database, and waits until the API answers.
   *
   * @param beforeStart - runs once the account has its rights again
   */
  async resume({
    beforeStart,
  }: { beforeStart?: () => Promise<void> } = {}): Promise<void> {
    const variables = await this.configure();
    await beforeStart?.();
    this.spawn(variables);
    const isUp = await waitFor(
      'the backend',
      // An error would count as "not yet".
      async () => (this.isRunning ? this.isReady() : false),
      { timeoutMs: READY_WITHIN_MS, everyMs: 200 },
    );
    if (!isUp) {
      throw new Error(
        `The backend ended while it started; see ${this.logFile}`,
      );
    }
  }

  /** It answers, and the catalog knows whom the guest belongs to. */
  private async isReady(): Promise<true | undefined> {
    const headers = { authorization: `Bearer ${await this.signIn()}` };
    const read = async (name: string) => {
      const answer = await fetch(
        `${this.url}/api/catalog/entities/by-name/${name}`,
        { headers },
      );
      return answer.ok ? answer.json() : undefined;
    };
    const guest = await read('user/development/guest');
    const isMember = guest?.relations?.some(
      ({ type }: { type: string }) => type === 'memberOf',
    );
    const echo = await read('component/default/echo');
    return isMember && echo ? true : undefined;
  }

  /** `kill -9`: nothing is tidied up. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Ends it and forgets its database. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.databaseDir, { recursive: true, force: true });
  }

  /** A token of the guest, as the browser gets it. */
  async signIn(): Promise<string> {
    const answer = await fetch(`${this.url}/api/auth/guest/refresh`, {
      headers: { 'x-requested-with': 'XMLHttpRequest' },
    });
    if (!answer.ok) throw new Error(`Sign-in: ${answer.status}`);
    return (await answer.json()).backstageIdentity.token;
  }

  /** The API of one entity's enablement, signed in anew: tokens end with their hour. */
  async open(entity: string): Promise<EnablementApi> {
    return new EnablementApi(this.url, `Bearer ${await this.signIn()}`, entity);
  }

  private configure(): Promise<Record<string, string>> {
    const { deadlines, database, config, portForward, probers } = this.options;
    const overrides = {
      backend_baseUrl: this.url,
      backend_listen: { host: '127.0.0.1', port: this.port },
      backend_database: database ?? {
        client: 'better-sqlite3',
        connection: { directory: this.databaseDir },
      },
      // Rounds would find what tests put there for a moment.
      istioJwt_schedule_enabled: false,
      ...(deadlines ? { istioJwt_enablement_deadlines: deadlines } : {}),
      ...config,
    };
    return configurePortal(overrides, { portForward, probers });
  }

  private spawn(variables: Record<string, string>): void {
    const { nodeArgs = [], env } = this.options;
    mkdirSync(logsDir, { recursive: true });
    const log = createWriteStream(this.logFile, { flags: 'a' });
    const child = spawn(
      process.execPath,
      [
        ...nodeArgs,
        ...['--require', transform, 'src'],
        ...['--config', join(root, 'app-config.yaml')],
      ],
      {
        cwd: join(root, 'packages', 'backend'),
        env: { ...process.env, NODE_ENV: 'development', ...variables, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    child.stdout!.pipe(log, { end: false });
    child.stderr!.pipe(log, { end: false });
    child.once('exit', () => log.end());
    this.child = child;
  }
}
