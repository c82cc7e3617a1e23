import { LoggerService } from '@backstage/backend-plugin-api';
import { parseEntityRef } from '@backstage/catalog-model';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { EnablementConfig } from '../../config';
import { Operation } from '../operation';

/** What somebody is told of an operation. */
export type OperationEvent =
  | 'approval-asked'
  | 'approved'
  | 'declined'
  | 'not-approved'
  | 'held'
  | 'not-enforced';

export interface OperationNoticesOptions {
  notifications: NotificationService;
  /** false: nobody is told. */
  enabled: boolean;
  config: EnablementConfig;
  logger: LoggerService;
}

const TITLES: Record<OperationEvent, string> = {
  'approval-asked': 'an approval is asked for',
  approved: 'what you asked for is approved',
  declined: 'what you asked for is declined',
  'not-approved': 'nobody approved in time what you asked for',
  held: 'decide whether the policy is enforced',
  'not-enforced': 'the policy is taken back, as nobody decided in time',
};

/**
 * Tells the approvers that the config names, and whoever asked, that an operation waits for them or
 * what came of it. Told once, by the replica that moved the operation: who misses it finds the
 * operation on the entity's page.
 */
export class OperationNotices {
  constructor(private readonly options: OperationNoticesOptions) {}

  /** Never rejects. */
  async tell(event: OperationEvent, operation: Operation): Promise<void> {
    const { notifications, enabled, config, logger } = this.options;
    const { id, entityRef, startedBy } = operation;
    const isForApprovers = event === 'approval-asked';
    const recipients = isForApprovers
      ? config.approval.notify
      : [startedBy].filter(ref => ref.startsWith('user:'));
    if (!enabled || recipients.length === 0) return;
    try {
      await notifications.send({
        recipients: {
          type: 'entity',
          entityRef: recipients,
          ...(isForApprovers && !config.approval.allowSelf
            ? { excludeEntityRef: startedBy }
            : {}),
        },
        payload: {
          title: `${parseEntityRef(entityRef).name}: ${TITLES[event]}`,
          description: describe(event, operation),
          link: linkTo(operation),
          severity: event === 'held' ? 'high' : 'normal',
          topic: 'istio-jwt',
          // A later one takes the place of an earlier one.
          scope: `istio-jwt:operation:${id}`,
        },
      });
    } catch (error) {
      logger.warn(
        `Nobody could be told of operation ${id} (${event}): ${
          (error as Error)?.name
        }`,
      );
    }
  }
}

function describe(
  event: OperationEvent,
  { startedBy, approvedBy, approval, hold, outcome = '' }: Operation,
): string {
  switch (event) {
    case 'approval-asked':
      return `${startedBy} asked. ${approval.required ? approval.reason : ''}`;
    case 'approved':
      return `${approvedBy} approved it. It begins now.`;
    case 'held':
      return hold?.reason ?? '';
    default:
      return outcome;
  }
}

function linkTo({ id, entityRef }: Operation): string {
  const { kind, namespace, name } = parseEntityRef(entityRef);
  const path = [namespace, kind, name].map(encodeURIComponent).join('/');
  return `/catalog/${path}/istio-jwt?jwt=operation&operation=${id}`;
}
