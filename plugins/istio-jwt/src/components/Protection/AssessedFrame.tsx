import { ReactNode } from 'react';
import { ProtectionView } from '../../live/useProtection';
import { FreshnessNotices } from '../FreshnessNotices';
import { DatedProvider, isDated } from '../StateBadge';

/** What stands around an assessment: how current it is, said first and known to every badge. */
export function AssessedFrame({
  view: { status, receipt },
  refresh,
  children,
}: {
  view: Extract<ProtectionView, { kind: 'assessed' }>;
  refresh: () => void;
  children: ReactNode;
}) {
  return (
    <>
      <FreshnessNotices
        freshness={status.freshness}
        {...receipt}
        onRetry={refresh}
      />
      <DatedProvider value={isDated(status, receipt.refreshFailure)}>
        {children}
      </DatedProvider>
    </>
  );
}
