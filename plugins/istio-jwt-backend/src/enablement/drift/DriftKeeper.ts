import { LoggerService } from '@backstage/backend-plugin-api';
import { EnablementService } from 'backstage-plugin-istio-jwt-common';
import { ClusterRegistry } from '../../cluster';
import { DatabaseDriftHistory, PolicyDrift } from '../../history';
import { LruMap } from '../../status/LruMap';
import { Operation } from '../operation';
import { EnablementStore } from '../store/EnablementStore';
import { describeDrift, MAX_DONE } from './describeDrift';

export interface DriftKeeperOptions {
  registry: Pick<ClusterRegistry, 'get'>;
  store: Pick<EnablementStore, 'listDone' | 'listDoneEntities' | 'findRunning'>;
  history: Pick<DatabaseDriftHistory, 'record'>;
  logger: LoggerService;
  /** How long a difference has to hold until its owner is told, in ms. */
  noticeHoldMs: number;
  /** Called with an entity of which something was recorded. Must not throw. */
  onChange(entityRef: string): void;
  /** Between a change of a cluster and a look, and between two looks. Default: 15 s. */
  pauseMs?: number;
}

const PAGE = 100;
const MAX_ENTITIES = 10_000;

/**
 * Looks for objects that are not as operations left them, whether or not anybody opens a page: in the
 * picture in memory, without a call to the cluster. A replica that lags must not write back what
 * another one saw, so that only what its own view moved to is recorded.
 */
export class DriftKeeper {
  private readonly lastViews = new LruMap<string>(MAX_ENTITIES);
  private timer?: NodeJS.Timeout;
  private checking?: Promise<void>;
  private stopped = false;

  constructor(private readonly options: DriftKeeperOptions) {}

  /** Something changed somewhere. A steady stream of changes does not postpone the look. */
  noteChange(): void {
    if (this.stopped) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.checking = (this.checking ?? Promise.resolve()).then(() =>
        this.check(),
      );
    }, this.options.pauseMs ?? 15_000).unref();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.checking;
  }

  /** One look at every entity of which an operation is done. Never rejects. */
  async check(): Promise<void> {
    const { store, logger } = this.options;
    try {
      let after = '';
      for (;;) {
        const page = await store.listDoneEntities(after, PAGE);
        for (const entityRef of page) {
          if (this.stopped) return;
          await this.checkEntity(entityRef);
        }
        if (page.length < PAGE) return;
        after = page[page.length - 1];
      }
    } catch (error) {
      logger.warn(
        `Differences from what was written were not recorded: ${
          (error as Error)?.name
        }`,
      );
    }
  }

  private async checkEntity(entityRef: string): Promise<void> {
    const { store, registry, history, noticeHoldMs, onChange } = this.options;
    const operations = await store.listDone(entityRef, MAX_DONE);
    const drifts: PolicyDrift[] = [];
    for (const service of listServices(operations)) {
      const mirror = registry.get(service.cluster);
      // Of a picture with holes nothing is said, neither that it differs nor that it does not.
      if (mirror?.freshness.state.kind !== 'synced') return;
      for (const { objects } of describeDrift(mirror, service, operations)) {
        for (const { kind: state, ref, authors } of objects) {
          const { kind, namespace = '', name } = ref;
          const by = authors.at(-1)?.manager;
          drifts.push({
            cluster: service.cluster,
            kind,
            namespace,
            name,
            state,
            reason: describe(`${kind} ${namespace}/${name}`, state, by),
          });
        }
      }
    }
    const view = JSON.stringify(drifts);
    if (this.lastViews.get(entityRef) === view) return;
    // An operation that is going on leaves objects between two forms.
    if (await store.findRunning(entityRef)) return;
    const recorded = await history.record(
      entityRef,
      drifts,
      Date.now(),
      noticeHoldMs,
    );
    this.lastViews.set(entityRef, view);
    if (recorded > 0) onChange(entityRef);
  }
}

function listServices(operations: readonly Operation[]): EnablementService[] {
  return [
    ...new Map(
      operations.map(({ service }) => [
        `${service.cluster}/${service.namespace}/${service.name}`,
        service,
      ]),
    ).values(),
  ];
}

function describe(
  name: string,
  state: PolicyDrift['state'],
  by: string | undefined,
): string {
  switch (state) {
    case 'deleted':
      return `${name}, which the portal wrote, was deleted.`;
    case 'extra':
      return `${name} carries the portal’s marks, and the portal did not write it${
        by ? `: ${by} did` : ''
      }.`;
    default:
      return `${name} is not what the portal wrote${
        by ? `: ${by} edited it` : ''
      }.`;
  }
}
