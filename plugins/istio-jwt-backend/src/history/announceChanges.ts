import { LoggerService } from '@backstage/backend-plugin-api';
import { EventsService } from '@backstage/plugin-events-node';
import {
  ISTIO_JWT_STATE_CHANGED_TOPIC,
  StateChange,
} from 'backstage-plugin-istio-jwt-common';
import { StatusNotifier } from '../status';

/** Makes a listener that tells other plugins and open pages of recorded changes. */
export function announceChanges(options: {
  events: EventsService;
  notifier: Pick<StatusNotifier, 'publish'>;
  logger: LoggerService;
}): (changes: StateChange[]) => void {
  const { events, notifier, logger } = options;
  const publish = async (change: StateChange) => {
    try {
      await events.publish({
        topic: ISTIO_JWT_STATE_CHANGED_TOPIC,
        eventPayload: change,
      });
    } catch (error) {
      logger.warn(`An event could not be sent: ${(error as Error)?.name}`);
    }
  };
  return changes => {
    for (const change of changes) {
      if (change.cause !== 'first-seen') {
        void publish(change);
      }
    }
    for (const entityRef of new Set(changes.map(each => each.entityRef))) {
      void notifier.publish(entityRef, { type: 'history-changed' });
    }
  };
}
