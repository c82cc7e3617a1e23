import { useEffect, useState } from 'react';
import { ProbeRunView } from '../../live/useProbeRun';

/** Whether a run was under way while this page was open, so that its end is news. */
export function useWitnessedRun(view: ProbeRunView): boolean {
  const [witnessed, setWitnessed] = useState(false);
  useEffect(() => {
    if (view.kind === 'running' || view.kind === 'starting') {
      setWitnessed(true);
    }
  }, [view.kind]);
  return witnessed;
}
