import { useEffect, useRef } from 'react';
import { ExceptionFocus } from '../../coverage/address';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { ExceptionList } from './ExceptionList';
import styles from './Exceptions.module.css';
import { ExceptionView } from './ExceptionView';
import { NewException } from './NewException';

/**
 * Exceptions: all of them, one, or a new one. Whichever takes the place of another gets the focus: the
 * link that led there is gone.
 */
export function ExceptionsView({ canRequest }: { canRequest: boolean }) {
  const { exception } = useCoverageAddress().address;
  const box = useRef<HTMLDivElement>(null);
  const key = JSON.stringify(exception);
  const shown = useRef(exception.kind === 'list' ? key : undefined);
  useEffect(() => {
    if (shown.current !== key) box.current?.focus();
    shown.current = key;
  }, [key]);
  return (
    <div ref={box} tabIndex={-1} className={styles.arrival}>
      <ViewOf exception={exception} canRequest={canRequest} />
    </div>
  );
}

function ViewOf({
  exception,
  canRequest,
}: {
  exception: ExceptionFocus;
  canRequest: boolean;
}) {
  switch (exception.kind) {
    case 'new':
      return (
        <NewException key={exception.service} service={exception.service} />
      );
    case 'one':
      return <ExceptionView key={exception.id} id={exception.id} />;
    default:
      return <ExceptionList canRequest={canRequest} />;
  }
}
