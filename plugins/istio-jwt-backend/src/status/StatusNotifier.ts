import { LoggerService } from '@backstage/backend-plugin-api';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { SignalsService } from '@backstage/plugin-signals-node';
import {
  digestEntityRef,
  IstioJwtSignal,
  ISTIO_JWT_SIGNAL_CHANNEL,
} from 'backstage-plugin-istio-jwt-common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LruMap } from './LruMap';
import { StatusService } from './StatusService';

type WithoutEntity<T> = T extends unknown ? Omit<T, 'entity'> : never;

/** What is new, without whose it is. */
export type News = WithoutEntity<IstioJwtSignal>;

interface Reader {
  entity: Entity;
  revision: string;
  readAt: number;
}

export interface StatusNotifierOptions {
  statuses: StatusService;
  signals: SignalsService;
  logger: LoggerService;
  /** Default: 200 ms. */
  debounceMs?: number;
}

const MAX_READERS = 1000;
const READER_MAX_AGE_MS = 5 * 60 * 1000;

/**
 * Tells open pages that a status changed. Only entities that somebody looked at lately are
 * recomputed, and only those whose revision moved are told about.
 */
export class StatusNotifier {
  private readonly readers = new LruMap<Reader>(MAX_READERS);
  private timer?: NodeJS.Timeout;
  private checking = false;
  private changedMeanwhile = false;

  constructor(private readonly options: StatusNotifierOptions) {}

  noteRead(entity: Entity, revision: string): void {
    this.readers.set(stringifyEntityRef(entity), {
      entity,
      revision,
      readAt: Date.now(),
    });
  }

  /** Something changed somewhere. A steady stream of changes does not postpone the check. */
  noteChange(): void {
    if (this.checking) {
      this.changedMeanwhile = true;
      return;
    }
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.checkReaders();
    }, this.options.debounceMs ?? 200).unref();
  }

  /** Tells everybody who is signed in: signals know no permissions, so that nobody learns what it is about. */
  async publish(entityRef: string, news: News): Promise<void> {
    const message: IstioJwtSignal = {
      ...news,
      entity: digestEntityRef(entityRef),
    };
    try {
      await this.options.signals.publish({
        recipients: { type: 'broadcast' },
        channel: ISTIO_JWT_SIGNAL_CHANNEL,
        message,
      });
    } catch (error) {
      this.options.logger.warn(
        `A signal could not be sent: ${(error as Error)?.name}`,
      );
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async checkReaders(): Promise<void> {
    this.checking = true;
    try {
      for (const entityRef of this.readers.keys()) {
        await this.checkReader(entityRef);
        // Answers to people come before news for them.
        await nextTurn();
      }
    } finally {
      this.checking = false;
      if (this.changedMeanwhile) {
        this.changedMeanwhile = false;
        this.noteChange();
      }
    }
  }

  private async checkReader(entityRef: string): Promise<void> {
    const reader = this.readers.get(entityRef);
    if (!reader || reader.readAt < Date.now() - READER_MAX_AGE_MS) {
      this.readers.delete(entityRef);
      return;
    }
    try {
      const { revision } = await this.options.statuses.peekStatus(
        reader.entity,
      );
      if (revision !== reader.revision) {
        reader.revision = revision;
        await this.publish(entityRef, { type: 'status-changed', revision });
      }
    } catch (error) {
      this.options.logger.error(
        `The status of ${entityRef} could not be recomputed: ${
          (error as Error)?.name
        }`,
      );
    }
  }
}
