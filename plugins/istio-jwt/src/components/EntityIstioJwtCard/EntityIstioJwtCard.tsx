import { Flex } from '@backstage/ui';
import { EntityInfoCard } from '@backstage/plugin-catalog-react';
import { useTabPath } from '../../routes';
import { useProtection } from '../../live/useProtection';
import { AssessedFrame, ProtectionNotice } from '../Protection';
import { EnableAction } from '../EnableAction';
import { SandboxChip } from '../SandboxChip';
import { AssessedCard } from './AssessedCard';
import { CardAction } from './CardAction';
import styles from './EntityIstioJwtCard.module.css';

/** JWT protection of the entity in view, at a glance. */
export function EntityIstioJwtCard() {
  const { view, probes, refresh } = useProtection();
  const tabPath = useTabPath();
  return (
    <EntityInfoCard
      title="JWT protection"
      headerActions={
        view.kind !== 'loading' && (
          <SandboxChip
            freshness={'status' in view ? view.status.freshness : undefined}
          />
        )
      }
      footerActions={
        view.kind === 'assessed' && (
          <Flex align="start" justify="end" gap="2">
            {tabPath && (
              <EnableAction
                status={view.status}
                tabPath={tabPath}
                place="card"
              />
            )}
            <CardAction
              status={view.status}
              probes={probes}
              tabPath={tabPath}
            />
          </Flex>
        )
      }
    >
      <div className={styles.body}>
        {view.kind === 'assessed' ? (
          <AssessedFrame view={view} refresh={refresh}>
            <AssessedCard
              status={view.status}
              probes={probes}
              tabPath={tabPath}
            />
          </AssessedFrame>
        ) : (
          <ProtectionNotice view={view} refresh={refresh} />
        )}
      </div>
    </EntityInfoCard>
  );
}
