import { useProtection } from '../../live/useProtection';
import { useTabView } from '../../routes';
import { AssessedFrame, ProtectionNotice } from '../Protection';
import { SandboxChip } from '../SandboxChip';
import { Section } from '../Section';
import { AssessedTab } from './AssessedTab';
import { TabViews } from './TabViews';
import styles from './EntityIstioJwtContent.module.css';

/** JWT protection of the entity in view, in full. */
export function EntityIstioJwtContent() {
  const { view, probes, refresh } = useProtection();
  const tab = useTabView();
  if (view.kind === 'assessed') {
    return (
      <div className={styles.tab}>
        <AssessedFrame view={view} refresh={refresh}>
          {tab.view.kind === 'overview' ? (
            <AssessedTab status={view.status} probes={probes} />
          ) : (
            <TabViews view={tab.view} status={view.status} show={tab.show} />
          )}
        </AssessedFrame>
      </div>
    );
  }
  return (
    <Section
      title="JWT protection"
      actions={
        view.kind !== 'loading' && (
          <SandboxChip
            freshness={'status' in view ? view.status.freshness : undefined}
          />
        )
      }
    >
      <div className={styles.plain}>
        <ProtectionNotice view={view} refresh={refresh} />
      </div>
    </Section>
  );
}
