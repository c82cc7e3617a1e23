import { Button } from '@backstage/ui';
import { ReactNode, useId, useState } from 'react';
import styles from './CoverageGroups.module.css';

/** Something that is asked for only when somebody wants to see it. */
export function OnDemand({
  what,
  of,
  children,
}: {
  /** Such as `services`. */
  what: string;
  of: string;
  children: ReactNode;
}) {
  const [isOpen, setIsOpen] = useState(false);
  const id = useId();
  const verb = isOpen ? 'Hide' : 'Show';
  return (
    <div className={styles.members}>
      <Button
        size="small"
        variant="secondary"
        aria-label={`${verb} ${what} of ${of}`}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onPress={() => setIsOpen(!isOpen)}
      >
        {`${verb} ${what}`}
      </Button>
      {isOpen && <div id={id}>{children}</div>}
    </div>
  );
}
