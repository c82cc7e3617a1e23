import { useEntity } from '@backstage/plugin-catalog-react';
import { ProtectionView } from '../../live/useProtection';
import { FreshnessNotices } from '../FreshnessNotices';
import {
  DeniedNotice,
  FailedNotice,
  LoadingNotice,
  ProblemNotices,
  UnannotatedNotice,
} from '../StatusNotice';

/** What card and tab say where there is no assessment to show. */
export function ProtectionNotice({
  view,
  refresh,
}: {
  view: Exclude<ProtectionView, { kind: 'assessed' }>;
  refresh: () => void;
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
  return (
    <>
      <FreshnessNotices
        freshness={view.status.freshness}
        {...view.receipt}
        onRetry={refresh}
      />
      <ProblemNotices problems={view.status.problems} severity="warning" />
    </>
  );
}
