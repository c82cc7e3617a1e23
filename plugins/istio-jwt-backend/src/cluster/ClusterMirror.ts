import { LoggerService } from '@backstage/backend-plugin-api';
import { ClusterFreshness } from 'backstage-plugin-istio-jwt-common';
import { Mesh, ParseError } from 'istio-jwt-policy-engine';
import { ClusterConfig } from '../config';
import { Backoff } from './Backoff';
import { ChangeTimes } from './ChangeTimes';
import { ClusterConnection } from './ClusterConnection';
import {
  judgeFreshness,
  listUnreadKinds,
  StreamHealth,
} from './judgeFreshness';
import { KindStore, ObjectOrigin } from './KindStore';
import { nameKind, WatchedKind } from './kinds';
import { MeshPreparation } from './MeshPreparation';
import { planStreams, StreamPlan } from './planStreams';
import { PodStreams } from './PodStreams';
import { StillPicture } from './StillPicture';
import { Recovery } from './Recovery';
import { KindEvent, watchKind } from './watchKind';

interface Stream extends Pick<StreamPlan, 'query'> {
  health: StreamHealth;
  store: KindStore;
}

export interface ClusterMirrorOptions {
  config: ClusterConfig;
  logger: LoggerService;
  /** Called after each change of the mesh or of the freshness. Must not throw. */
  onChange: () => void;
  connection?: ClusterConnection;
  /** Shorter waits, for tests. */
  timing?: {
    backoffBaseMs?: number;
    backoffMaxMs?: number;
    slowRetryMs?: number;
    watchSeconds?: number;
  };
}

/**
 * One cluster in memory: a stream per kind feeds one mesh. Reads never wait on the cluster, and a
 * cluster that is down keeps its last picture, marked stale.
 */
export class ClusterMirror {
  readonly mesh: Mesh;
  readonly connection: ClusterConnection;
  /** For probes: nothing here runs in Pods. */
  readonly pods: PodStreams;
  /** For probes: an answer of before may come for a while after a change. */
  readonly changeTimes = new ChangeTimes();
  private readonly streams: Stream[];
  private readonly abort = new AbortController();
  private readonly recovery = new Recovery();
  private readonly preparation: MeshPreparation;
  private readonly picture: StillPicture;
  private running: Promise<unknown> = Promise.resolve();
  private lastChangeAt?: number;
  private freshnessCache?: ClusterFreshness;
  private changes = 0;

  constructor(private readonly options: ClusterMirrorOptions) {
    const { config } = options;
    this.mesh = new Mesh({
      rootNamespace: config.rootNamespace,
      trustDomain: config.trustDomain,
    });
    this.preparation = new MeshPreparation(this.mesh, this.abort.signal);
    this.picture = new StillPicture({
      prepare: () => this.preparation.prepare(),
    });
    this.connection =
      options.connection ?? new ClusterConnection(config.access);
    this.pods = new PodStreams(config.access);
    this.streams = planStreams(config).map(plan => ({
      health: { ...plan, listed: false, absent: false },
      store: new KindStore(this.mesh),
      query: plan.query,
    }));
  }

  get config(): ClusterConfig {
    return this.options.config;
  }

  /** Grows with every change of the mesh or of the freshness. */
  get revision(): number {
    return this.changes;
  }

  get freshness(): ClusterFreshness {
    this.freshnessCache ??= this.computeFreshness();
    return this.freshnessCache;
  }

  get unreadKinds(): WatchedKind[] {
    return listUnreadKinds(this.streams.map(({ health }) => health));
  }

  /** Whether the first reading goes on, so that only a part of the cluster is known. */
  get reading(): boolean {
    return this.freshness.state.kind === 'syncing';
  }

  /** Version and authors of a policy as it is in the picture. */
  getOrigin({
    kind,
    namespace = '',
    name,
  }: {
    kind: string;
    namespace?: string;
    name: string;
  }): ObjectOrigin | undefined {
    for (const { health, store } of this.streams) {
      const origin =
        health.kind.kind === kind &&
        health.kind.group === 'security.istio.io' &&
        store.getOrigin(namespace, name);
      if (origin) return origin;
    }
    return undefined;
  }

  get parseErrors(): ParseError[] {
    return this.streams.flatMap(({ store }) => store.listErrors());
  }

  /**
   * To be awaited before the mesh is asked about Services: the first answer after a change costs the
   * event loop a while otherwise. Never rejects.
   */
  prepare(): Promise<void> {
    return this.preparation.prepare();
  }

  /**
   * For whoever asks about all Services, one after the other: prepares the mesh, and has changes wait and come
   * in together now and then, where `rest` is awaited.
   */
  readWhole<T>(work: (rest: () => Promise<void>) => Promise<T>): Promise<T> {
    return this.picture.read(work);
  }

  start(): void {
    if (this.config.access.kind === 'unsupported') {
      return;
    }
    this.running = Promise.all(this.streams.map(stream => this.follow(stream)));
  }

  async stop(): Promise<void> {
    this.abort.abort();
    this.picture.end();
    await this.running;
    await this.connection.close();
  }

  private async follow(stream: Stream): Promise<void> {
    const { timing } = this.options;
    const { signal } = this.abort;
    const restart = new Backoff(1000, 60_000);
    while (!signal.aborted) {
      try {
        for await (const event of watchKind(this.connection, {
          kind: stream.health.kind,
          namespace: stream.health.namespace,
          query: stream.query,
          signal,
          backoff: new Backoff(timing?.backoffBaseMs, timing?.backoffMaxMs),
          recovery: this.recovery,
          slowRetryMs: timing?.slowRetryMs,
          watchSeconds: timing?.watchSeconds,
        })) {
          await this.picture.admit();
          this.takeIn(stream, event);
        }
      } catch {
        // A defect in this process, not of the cluster. The picture may be wrong: say so and start over.
        this.abandonList(stream);
        stream.health.failure = {
          kind: 'not-kubernetes',
          message: 'An object could not be taken in',
        };
        this.announce();
        await new Promise(resolve => {
          setTimeout(resolve, restart.next()).unref();
        });
      }
    }
  }

  private takeIn(stream: Stream, event: KindEvent): void {
    const { health, store } = stream;
    const before = health.failure;
    const wasListed = health.listed;
    let changed = false;
    switch (event.type) {
      case 'listing':
        // Until a kind was read once, only its end is news.
        changed = store.takeListed(event.objects) && health.listed;
        break;
      case 'listed':
        changed = store.endList() || !health.listed;
        this.markCurrent(health);
        break;
      case 'upserted':
        changed = store.upsert(event.object);
        this.markCurrent(health);
        break;
      case 'deleted':
        changed = store.remove(event.object);
        this.markCurrent(health);
        break;
      case 'watching':
      case 'alive':
        this.markCurrent(health);
        break;
      case 'absent':
        store.abandonList();
        changed = store.endList() || !health.absent;
        this.markCurrent(health);
        health.absent = true;
        break;
      default:
        this.abandonList(stream);
        health.failure = event.failure;
        if (before?.message !== event.failure.message) {
          this.options.logger.warn(
            `Cluster ${this.config.name}: reading ${nameKind(
              health.kind,
            )} failed: ${event.failure.message}`,
          );
        }
    }
    if (changed) {
      this.lastChangeAt = Date.now();
      // What the first reading brings may have been so for years.
      if (wasListed) this.changeTimes.note(health.kind, namespaceOf(event));
    }
    if (changed || before?.message !== health.failure?.message) {
      this.announce();
    }
    if (before && !health.failure) {
      this.recovery.announce();
    }
  }

  /** A part of a kind would look as if the rest did not exist: none is known until all is. */
  private abandonList({ health, store }: Stream): void {
    store.abandonList();
    if (!health.listed) {
      store.endList();
    }
  }

  private markCurrent(health: StreamHealth): void {
    health.listed = true;
    health.absent = false;
    health.failure = undefined;
    health.currentAt = Date.now();
  }

  private announce(): void {
    this.changes++;
    this.freshnessCache = undefined;
    this.options.onChange();
  }

  private computeFreshness(): ClusterFreshness {
    const { name, sandbox, access } = this.config;
    if (access.kind === 'unsupported') {
      return {
        cluster: name,
        sandbox,
        state: { kind: 'unavailable', reason: access.reason, fix: access.fix },
        missingKinds: [],
      };
    }
    return judgeFreshness(
      { name, sandbox },
      this.streams.map(({ health }) => health),
      this.lastChangeAt,
    );
  }
}

function namespaceOf(event: KindEvent): string | undefined {
  return event.type === 'upserted' || event.type === 'deleted'
    ? event.object.metadata.namespace
    : undefined;
}
