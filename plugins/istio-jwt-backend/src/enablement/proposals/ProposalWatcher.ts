import { LoggerService } from '@backstage/backend-plugin-api';
import { LivePolicy } from 'backstage-plugin-istio-jwt-node';
import { ClusterMirror, ClusterRegistry } from '../../cluster';
import { recogniseForm } from '../marks';
import { Operation, OperationChange } from '../operation';
import { EnablementDriver } from '../run/EnablementDriver';
import { EnablementStore } from '../store/EnablementStore';
import { Proposals } from './Proposals';

const PAGE = 100;
const NOTHING_YET = 'Nothing of it stands in the cluster yet.';

/**
 * Looks whether what was proposed stands in the cluster, by whatever way it came there. Nothing is
 * remembered of how it looked before: a pull request that was merged while the backend was down, or
 * that was taken back and merged again, comes out the same.
 */
export class ProposalWatcher {
  constructor(
    private readonly options: {
      registry: Pick<ClusterRegistry, 'get'>;
      store: EnablementStore;
      proposals: Proposals;
      driver: Pick<EnablementDriver, 'kick'>;
      logger: LoggerService;
      onProgress(operation: Operation): void;
    },
  ) {}

  /** One look at every proposal that waits. */
  async look(): Promise<void> {
    let after: string | undefined;
    for (;;) {
      const page = await this.options.store.listProposed({
        after,
        limit: PAGE,
      });
      for (const operation of page) {
        await this.lookAt(operation).catch(error =>
          this.options.logger.warn(
            `Proposal ${operation.id} could not be looked at: ${
              (error as Error)?.name
            }`,
          ),
        );
      }
      if (page.length < PAGE) return;
      after = page[page.length - 1].id;
    }
  }

  private async lookAt(operation: Operation): Promise<void> {
    const { proposals, registry } = this.options;
    const { proposal, service } = operation;
    const now = Date.now();
    const mirror = registry.get(service.cluster);
    const stands = mirror && describeStanding(mirror, operation.changes);
    const wasTried = stands?.kind === 'all' && proposal?.retryAt !== undefined;
    const isOver = now >= (proposal?.expiresAt ?? 0);
    if (isOver && (stands?.kind !== 'all' || wasTried)) {
      const known = wasTried ? operation.outcome : stands?.text;
      await proposals.end(
        operation,
        'expired',
        `${
          known ?? 'The cluster could not be read.'
        } Its time is over: plan again if it is still wanted.`,
      );
    } else if (stands?.kind === 'all') {
      if (now >= (proposal?.retryAt ?? 0)) await this.verify(operation);
    } else if (stands && stands.text !== operation.outcome) {
      const { tries, retryAt, ...rest } = proposal!;
      await this.move({ ...operation, outcome: stands.text, proposal: rest });
    }
  }

  /** Hands it to a driver, which asks the proxies. */
  private async verify(operation: Operation): Promise<void> {
    const { outcome, ...rest } = operation;
    const moved = await this.move({
      ...rest,
      phase: 'verifying',
      steps: [],
      changes: operation.changes.map(({ uid, heading, ...change }) => ({
        ...change,
        reached: 'to' as const,
      })),
    });
    if (moved) this.options.driver.kick();
  }

  private async move(operation: Operation): Promise<boolean> {
    const next = { ...operation, updatedAt: Date.now() };
    const { kind } = await this.options.store.moveOn(next, 'proposed', []);
    if (kind !== 'moved') return false;
    this.options.onProgress(next);
    return true;
  }
}

/** How much of a proposal stands; undefined where the picture of the cluster is not to be relied on. */
function describeStanding(
  mirror: ClusterMirror,
  changes: readonly OperationChange[],
): { kind: 'all' | 'not-all'; text: string } | undefined {
  if (mirror.freshness.state.kind !== 'synced') return undefined;
  const seen = changes.map(change => {
    const { uid, ...anyObject } = change;
    const live = mirror.mesh.get(change.ref) as LivePolicy | undefined;
    return { change, live, form: recogniseForm(anyObject, live) };
  });
  const arrived = seen.filter(({ form }) => form === 'to');
  const other = seen.find(({ form }) => form !== 'to' && form !== 'from');
  if (arrived.length === changes.length) return { kind: 'all', text: '' };
  if (other) {
    const { kind, namespace, name } = other.change.ref;
    return {
      kind: 'not-all',
      text: `${kind} ${namespace}/${name} ${
        other.live ? 'stands, and not as planned' : 'is gone'
      }.`,
    };
  }
  return {
    kind: 'not-all',
    text:
      arrived.length === 0
        ? NOTHING_YET
        : `${arrived.length} of ${changes.length} objects stand as planned.`,
  };
}
