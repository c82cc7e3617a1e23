import { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import {
  Entity,
  parseEntityRef,
  RELATION_OWNED_BY,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { judgeNotice } from './judgeNotice';
import { DueNotice, StateHistoryStore } from './StateHistoryStore';

export interface NoticeSenderOptions {
  store: StateHistoryStore;
  auth: AuthService;
  catalog: CatalogService;
  notifications: NotificationService;
  logger: LoggerService;
  /** false: states are settled silently. */
  enabled: boolean;
  /** How long a claimed notice is kept from other replicas, and when one that failed is tried again. Default: 60 s. */
  leaseMs?: number;
}

const BATCH = 50;

const TITLES: Record<string, string> = {
  open: 'no JWT is required any more',
  'validated-only': 'requests without a JWT pass',
  partial: 'some requests pass without a JWT',
  drift: 'the gateway does not do what its configuration says',
  'over-blocked': 'requests with good tokens are refused',
};

const DRIFT_STATES = new Set<string>(['edited', 'deleted', 'extra']);

/** Tells owners that a service of theirs opened or closed, once per change over all replicas. */
export class NoticeSender {
  constructor(private readonly options: NoticeSenderOptions) {}

  /** Sends what is due. One that cannot be sent stays due. */
  async sendDue(signal?: AbortSignal): Promise<void> {
    const { store, logger, leaseMs = 60_000 } = this.options;
    for (;;) {
      const notices = await store.claimNotices(Date.now(), leaseMs, BATCH);
      for (const notice of notices) {
        if (signal?.aborted) {
          return;
        }
        try {
          await this.sendOne(notice);
          await store.settleNotice(notice);
        } catch (error) {
          logger.warn(
            `The owner of ${notice.entityRef} could not be told: ${
              (error as Error)?.name
            }`,
          );
        }
      }
      if (notices.length < BATCH) {
        return;
      }
    }
  }

  private async sendOne(notice: DueNotice): Promise<void> {
    const { auth, catalog, notifications, enabled } = this.options;
    const { reason } = notice;
    const text = enabled ? describeNotice(notice) : undefined;
    if (!text) return;
    const entity = await catalog.getEntityByRef(notice.entityRef, {
      credentials: await auth.getOwnServiceCredentials(),
    });
    const owners = entity ? listOwners(entity) : [];
    if (!entity || owners.length === 0) {
      return;
    }
    const name = entity.metadata.title ?? entity.metadata.name;
    await notifications.send({
      recipients: { type: 'entity', entityRef: owners },
      payload: {
        title: `${name}: ${text.title}`,
        description: reason,
        link: linkTo(notice.entityRef),
        severity: text.severity,
        topic: 'istio-jwt',
        // A later one takes the place of an earlier one.
        scope: `${text.scope}:${notice.entityRef}`,
      },
    });
  }
}

/** undefined: nothing is told. */
function describeNotice({
  from,
  to,
}: DueNotice):
  | { title: string; severity: 'normal' | 'high'; scope: string }
  | undefined {
  if (DRIFT_STATES.has(to)) {
    return {
      title: 'what the portal wrote was changed by somebody else',
      severity: 'high',
      scope: 'istio-jwt-drift',
    };
  }
  const kind = judgeNotice(from, to);
  if (kind === 'silent') return undefined;
  return kind === 'closed'
    ? {
        title: 'a valid JWT is required again',
        severity: 'normal',
        scope: 'istio-jwt',
      }
    : { title: TITLES[to] ?? to, severity: 'high', scope: 'istio-jwt' };
}

function listOwners(entity: Entity): string[] {
  const related = (entity.relations ?? [])
    .filter(({ type }) => type === RELATION_OWNED_BY)
    .map(({ targetRef }) => targetRef);
  const { owner } = (entity.spec ?? {}) as { owner?: unknown };
  if (related.length > 0 || typeof owner !== 'string' || !owner) {
    return related;
  }
  return [
    stringifyEntityRef(
      parseEntityRef(owner, {
        defaultKind: 'group',
        defaultNamespace: entity.metadata.namespace ?? 'default',
      }),
    ),
  ];
}

function linkTo(entityRef: string): string {
  const { kind, namespace, name } = parseEntityRef(entityRef);
  const path = [namespace, kind, name].map(encodeURIComponent).join('/');
  return `/catalog/${path}/istio-jwt`;
}
