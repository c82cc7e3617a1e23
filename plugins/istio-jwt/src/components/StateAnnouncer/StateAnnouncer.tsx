import { VisuallyHidden } from '@backstage/ui';
import { ProtectionState } from 'istio-jwt-policy-engine';
import { useEffect, useRef, useState } from 'react';
import { describeState } from '../../format/describeState';

/** Tells screen readers of a change of state. The first state is read with the page. */
export function StateAnnouncer({ state }: { state: ProtectionState }) {
  const known = useRef(state);
  const [message, setMessage] = useState('');
  useEffect(() => {
    if (known.current !== state) {
      const before = describeState(known.current).label;
      const { label } = describeState(state);
      known.current = state;
      setMessage(`JWT protection went from ${before} to ${label}`);
    }
  }, [state]);
  return <VisuallyHidden role="status">{message}</VisuallyHidden>;
}
