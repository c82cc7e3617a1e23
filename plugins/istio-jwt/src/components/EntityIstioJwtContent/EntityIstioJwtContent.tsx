import { useEntity } from '@backstage/plugin-catalog-react';
import { ClusterFreshness } from 'backstage-plugin-istio-jwt-common';
import { ReactNode } from 'react';
import { useProtection } from '../../live/useProtection';
import { FreshnessNotices } from '../FreshnessNotices';
import { SandboxChip } from '../SandboxChip';
import { Section } from '../Section';
import { DatedProvider, isDated } from '../StateBadge';
import {
  DeniedNotice,
  FailedNotice,
  LoadingNotice,
  ProblemNotices,
  UnannotatedNotice,
} from '../StatusNotice';
import { AssessedTab } from './AssessedTab';
import styles from './EntityIstioJwtContent.module.css';

/** JWT protection of the entity in view, in full. */
export function EntityIstioJwtContent() {
  const { entity } = useEntity();
  const { view, probes, refresh } = useProtection();
  if (view.kind === 'loading') {
    return (
      <Section title="JWT protection">
        <LoadingNotice />
      </Section>
    );
  }
  if (view.kind === 'denied') {
    return (
      <Plain>
        <DeniedNotice message={view.message} />
      </Plain>
    );
  }
  if (view.kind === 'failed') {
    return (
      <Plain>
        <FailedNotice
          message={view.message}
          retrying={view.retrying}
          onRetry={refresh}
        />
      </Plain>
    );
  }
  if (view.kind === 'unannotated') {
    return (
      <Plain freshness={view.status.freshness}>
        <UnannotatedNotice
          problem={view.problem}
          entityName={entity.metadata.name}
        />
      </Plain>
    );
  }
  const notices = (
    <FreshnessNotices
      freshness={view.status.freshness}
      receivedAt={view.receipt.receivedAt}
      refreshFailure={view.receipt.refreshFailure}
      onRetry={refresh}
    />
  );
  if (view.kind === 'unmatched') {
    return (
      <Plain freshness={view.status.freshness}>
        {notices}
        <ProblemNotices problems={view.status.problems} severity="warning" />
      </Plain>
    );
  }
  return (
    <div className={styles.tab}>
      {notices}
      <DatedProvider value={isDated(view.status, view.receipt.refreshFailure)}>
        <AssessedTab status={view.status} probes={probes} />
      </DatedProvider>
    </div>
  );
}

function Plain({
  freshness,
  children,
}: {
  freshness?: ClusterFreshness[];
  children: ReactNode;
}) {
  return (
    <Section
      title="JWT protection"
      actions={<SandboxChip freshness={freshness} />}
    >
      <div className={styles.plain}>{children}</div>
    </Section>
  );
}
