import { EntityInfoCard, useEntity } from '@backstage/plugin-catalog-react';
import { useTabPath } from '../../routes';
import { ProtectionView, useProtection } from '../../live/useProtection';
import { ProbeRunControl } from '../../live/useProbeRun';
import { FreshnessNotices } from '../FreshnessNotices';
import { SandboxChip } from '../SandboxChip';
import { DatedProvider, isDated } from '../StateBadge';
import {
  DeniedNotice,
  FailedNotice,
  LoadingNotice,
  ProblemNotices,
  UnannotatedNotice,
} from '../StatusNotice';
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
          <CardAction status={view.status} probes={probes} tabPath={tabPath} />
        )
      }
    >
      <div className={styles.body}>
        <CardContent
          view={view}
          probes={probes}
          refresh={refresh}
          tabPath={tabPath}
        />
      </div>
    </EntityInfoCard>
  );
}

function CardContent({
  view,
  probes,
  refresh,
  tabPath,
}: {
  view: ProtectionView;
  probes: ProbeRunControl;
  refresh: () => void;
  tabPath?: string;
}) {
  const { entity } = useEntity();
  if (view.kind === 'loading') {
    return <LoadingNotice />;
  }
  if (view.kind === 'denied') {
    return <DeniedNotice message={view.message} />;
  }
  if (view.kind === 'failed') {
    return (
      <FailedNotice
        message={view.message}
        retrying={view.retrying}
        onRetry={refresh}
      />
    );
  }
  if (view.kind === 'unannotated') {
    return (
      <UnannotatedNotice
        problem={view.problem}
        entityName={entity.metadata.name}
      />
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
      <>
        {notices}
        <ProblemNotices problems={view.status.problems} severity="warning" />
      </>
    );
  }
  return (
    <>
      {notices}
      <DatedProvider value={isDated(view.status, view.receipt.refreshFailure)}>
        <AssessedCard status={view.status} probes={probes} tabPath={tabPath} />
      </DatedProvider>
    </>
  );
}
