import { LoggerService } from '@backstage/backend-plugin-api';
import { ClusterFreshness } from 'backstage-plugin-istio-jwt-common';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterConfig } from '../config';
import { ClusterMirror, ClusterMirrorOptions } from './ClusterMirror';

/** All configured clusters. What happens in one never reaches another. */
export class ClusterRegistry {
  private readonly mirrors = new Map<string, ClusterMirror>();
  private readonly listeners = new Set<() => void>();

  constructor(
    clusters: ClusterConfig[],
    options: {
      logger: LoggerService;
      timing?: ClusterMirrorOptions['timing'];
    },
  ) {
    for (const config of clusters) {
      this.mirrors.set(
        config.name,
        new ClusterMirror({
          ...options,
          config,
          onChange: () => this.listeners.forEach(listener => listener()),
        }),
      );
    }
  }

  get names(): string[] {
    return [...this.mirrors.keys()];
  }

  get(name: string): ClusterMirror | undefined {
    return this.mirrors.get(name);
  }

  list(): ClusterMirror[] {
    return [...this.mirrors.values()];
  }

  listFreshness(): ClusterFreshness[] {
    return this.list().map(({ freshness }) => freshness);
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Waits until the first reading of some clusters has ended, in success or not.
   *
   * @returns names of those that are still being read after `timeoutMs`
   */
  async waitUntilRead(
    mirrors: ClusterMirror[],
    timeoutMs: number,
  ): Promise<string[]> {
    const listReading = () => mirrors.filter(({ reading }) => reading);
    if (listReading().length > 0) {
      const ended = new AbortController();
      const unsubscribe = this.subscribe(() => {
        if (listReading().length === 0) {
          ended.abort();
        }
      });
      await sleep(timeoutMs, undefined, { signal: ended.signal }).catch(
        () => {},
      );
      unsubscribe();
    }
    return listReading().map(({ config }) => config.name);
  }

  /** As {@link ClusterMirror.prepare}, for all clusters. */
  async prepare(): Promise<void> {
    await Promise.all(this.list().map(mirror => mirror.prepare()));
  }

  start(): void {
    this.list().forEach(mirror => mirror.start());
  }

  async stop(): Promise<void> {
    await Promise.all(this.list().map(mirror => mirror.stop()));
  }
}
