import { AuditorService, LoggerService } from '@backstage/backend-plugin-api';
import { PolicyWriter } from 'backstage-plugin-istio-jwt-node';
import { OperationNotices } from '../notices/OperationNotices';
import { Operation } from '../operation';
import { Claimed, EnablementStore } from '../store/EnablementStore';
import { DriveEnded, OperationRun, RunTools, StepFailed } from './OperationRun';
import { reconcile, StepRecorder } from './reconcile';

export interface EnablementDriverOptions extends Omit<RunTools, 'writer'> {
  store: EnablementStore;
  /** The first that writes to a cluster is used. */
  writers: PolicyWriter[];
  auditor: AuditorService;
  notices: Pick<OperationNotices, 'tell'>;
  logger: LoggerService;
  /** After which a replica that says nothing is taken for dead. Default: 30 s. */
  leaseMs?: number;
  /** Between two looks for operations that nobody drives. Default: 2 s. */
  pollMs?: number;
}

const MAX_AT_ONCE = 10;

/**
 * Drives operations to their end, beside the drivers of other replicas: each operation has one at a
 * time, by a lease in the database, and any of them can go on where one was killed.
 */
export class EnablementDriver {
  private readonly stopping = new AbortController();
  private readonly driving = new Set<Promise<void>>();
  private readonly leaseMs: number;
  private timer?: NodeJS.Timeout;
  private polling?: Promise<void>;

  constructor(private readonly options: EnablementDriverOptions) {
    this.leaseMs = options.leaseMs ?? 30_000;
  }

  start(): void {
    this.schedule(0);
  }

  /** There may be something to do. */
  kick(): void {
    if (!this.stopping.signal.aborted) this.schedule(0);
  }

  /** Leaves operations as they stand; another replica, or the next start, goes on. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.polling;
    await Promise.all(this.driving);
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.polling = (this.polling ?? Promise.resolve())
        .then(() => this.poll())
        .catch(error => {
          this.options.logger.warn(
            `Enablements could not be looked for: ${(error as Error)?.name}`,
          );
        })
        .finally(() => {
          if (!this.stopping.signal.aborted) {
            this.schedule(this.options.pollMs ?? 2000);
          }
        });
    }, delayMs).unref();
  }

  private async poll(): Promise<void> {
    while (this.driving.size < MAX_AT_ONCE && !this.stopping.signal.aborted) {
      const claimed = await this.options.store.claim(Date.now(), this.leaseMs);
      if (!claimed) return;
      const drive = this.drive(claimed);
      this.driving.add(drive);
      void drive.finally(() => this.driving.delete(drive));
    }
  }

  /** Never rejects. */
  private async drive({ operation, lease }: Claimed): Promise<void> {
    const { store, logger, writers, notices } = this.options;
    const lost = new AbortController();
    const renewal = setInterval(() => {
      store
        .renew(operation.id, lease, Date.now() + this.leaseMs)
        .then(({ held }) => held || lost.abort())
        .catch(() => {});
    }, this.leaseMs / 3).unref();
    const { cluster } = operation.service;
    const writer = writers.find(each => each.writesTo(cluster));
    try {
      if (!writer) {
        throw new DriveEnded(`No writer for cluster ${cluster}`);
      }
      const run = new OperationRun(
        operation,
        {
          lease,
          leaseMs: this.leaseMs,
          signal: AbortSignal.any([this.stopping.signal, lost.signal]),
        },
        { ...this.options, writer },
      );
      while (await reconcile(run, this.recordStep)) {
        // The next step, from what is written down.
      }
      announceEnd(logger, operation);
      if (operation.phase === 'held') await notices.tell('held', operation);
    } catch (error) {
      if (!(error instanceof DriveEnded)) {
        logger.error(
          `Enablement ${operation.id} could not be driven on: ${describe(
            error,
          )}`,
        );
      }
      await this.giveBack(operation, lease, error instanceof DriveEnded);
    } finally {
      clearInterval(renewal);
    }
  }

  /** A stopping backend lets the next one go on at once; after anything else a pause does good. */
  private async giveBack(
    { id }: Operation,
    lease: string,
    isOrderly: boolean,
  ): Promise<void> {
    if (isOrderly && this.stopping.signal.aborted) {
      await this.options.store.release(id, lease).catch(() => {});
    }
  }

  private readonly recordStep: StepRecorder = async (run, stepId, work) => {
    const { auditor, logger } = this.options;
    const { id, entityRef, intent, phase, service, startedBy } = run.operation;
    const audit = await auditor.createEvent({
      eventId: 'enablement-step',
      severityLevel: 'medium',
      meta: {
        enablementId: id,
        entityRef,
        intent,
        step: stepId,
        phase,
        cluster: service.cluster,
        startedBy,
      },
    });
    try {
      const result = await work();
      await audit.success();
      return result;
    } catch (error) {
      await audit.fail({ error: error as Error });
      if (!(error instanceof StepFailed) && !(error instanceof DriveEnded)) {
        logger.error(
          `Step ${stepId} of enablement ${id} failed: ${describe(error)}`,
        );
      }
      throw error;
    }
  };
}

function announceEnd(logger: LoggerService, operation: Operation): void {
  const { id, entityRef, phase, outcome } = operation;
  const text = `Enablement ${id} of ${entityRef} is ${phase}${
    outcome ? `: ${outcome}` : ''
  }`;
  if (phase === 'failed') logger.error(text);
  else logger.info(text);
}

/** Where it happened; messages of unknown errors can quote what was sent. */
function describe(error: unknown): string {
  const { name = 'Error', stack = '' } = (error ?? {}) as Error;
  const frame = stack.split('\n').find(line => /^\s+at /.test(line));
  return `${name}${frame ? ` ${frame.trim()}` : ''}`;
}
