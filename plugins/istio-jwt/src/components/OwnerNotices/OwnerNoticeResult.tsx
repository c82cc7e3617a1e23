import { Alert, Button } from '@backstage/ui';
import { CoverageOwnerNotice } from 'backstage-plugin-istio-jwt-common';
import { countThings } from '../../format/formatCount';
import { useEffect, useRef } from 'react';
import styles from './OwnerNotices.module.css';

/** What became of a notice. */
export function OwnerNoticeResult({
  result: { told, alreadyTold, overQuota, failed, withoutOwner },
  onDone,
}: {
  result: CoverageOwnerNotice;
  onDone: () => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  // The button that had the focus is gone.
  useEffect(() => box.current?.focus(), []);
  const rest = [
    alreadyTold && `${countThings(alreadyTold, 'owner')} knew already.`,
    overQuota && `${countThings(overQuota, 'owner')} heard enough today.`,
    failed &&
      `${countThings(
        failed,
        'owner',
      )} could not be told: send again, which reaches only these.`,
    withoutOwner &&
      `Of ${countThings(withoutOwner, 'service')} no owner is known.`,
  ].filter(Boolean);
  return (
    <div ref={box} tabIndex={-1} className={styles.form}>
      <Alert
        role="status"
        status={failed > 0 ? 'warning' : 'success'}
        icon
        title={`${countThings(told, 'owner')} told`}
        description={rest.join(' ')}
      />
      <div className={styles.actions}>
        <Button variant="primary" onPress={onDone}>
          Done
        </Button>
      </div>
    </div>
  );
}
