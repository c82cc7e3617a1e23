import { ResponseErrorPanel } from '@backstage/core-components';
import { Alert, Button, Flex, Skeleton } from '@backstage/ui';
import { RiLockLine } from '@remixicon/react';
import { ReactNode } from 'react';
import { finishSentence } from '../../format/finishSentence';
import { Loaded } from '../../live/useLoaded';
import styles from './LoadedFrame.module.css';

/** Shows what was asked for, or why there is nothing to show. */
export function LoadedFrame<T>({
  loaded,
  reload,
  what,
  children,
}: {
  loaded: Loaded<T>;
  reload: () => void;
  /** Such as `the services`. */
  what: string;
  children: (value: T) => ReactNode;
}) {
  switch (loaded.kind) {
    case 'loading':
      return (
        <div role="status" aria-label={`Loading ${what}`}>
          <Flex direction="column" gap="3">
            <Skeleton width="40%" height={24} />
            <Skeleton width="100%" height={64} />
            <Skeleton width="70%" height={16} />
          </Flex>
        </div>
      );
    case 'denied':
      return (
        <Alert
          role="alert"
          status="info"
          icon={<RiLockLine aria-hidden />}
          title={`You may not see ${what}`}
          description={`${finishSentence(
            loaded.message,
          )} Ask an administrator of the portal for the permission istio-jwt.coverage.read.`}
        />
      );
    case 'failed':
      return (
        <div role="alert" className={styles.failed}>
          <ResponseErrorPanel
            title={`Could not load ${what}`}
            error={loaded.error}
          />
          <Button variant="secondary" onPress={reload}>
            Try again
          </Button>
        </div>
      );
    default:
      return (
        <div className={styles.ready} aria-busy={loaded.isRefreshing}>
          {loaded.refreshFailure && (
            <Alert
              role="status"
              status="warning"
              icon
              title="This is not being refreshed"
              description={finishSentence(loaded.refreshFailure)}
              customActions={
                <Button size="small" variant="secondary" onPress={reload}>
                  Try again
                </Button>
              }
            />
          )}
          {children(loaded.value)}
        </div>
      );
  }
}
