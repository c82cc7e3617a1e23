import { Button } from '@backstage/ui';
import { RiPlayLine, RiStopCircleLine } from '@remixicon/react';
import { useEffect, useRef } from 'react';
import { ProbeRunControl } from '../../live/useProbeRun';

/** Nobody reads a new label and presses within this. */
const TOO_QUICK_MS = 700;

/** Starts probes, or stops those that run. */
export function RunProbesButton({
  control: { view, start, cancel },
  canRunProbes,
  explanationId,
}: {
  control: ProbeRunControl;
  canRunProbes: boolean;
  /** Element that says why the button is disabled. */
  explanationId?: string;
}) {
  const isRunning = view.kind === 'running';
  const wasRunning = useRef(isRunning);
  const turnedAt = useRef(-Infinity);
  useEffect(() => {
    if (wasRunning.current === isRunning) return;
    wasRunning.current = isRunning;
    turnedAt.current = Date.now();
  }, [isRunning]);

  const stop = () => {
    // A run may begin by itself while the pointer is on its way to start one.
    if (Date.now() - turnedAt.current >= TOO_QUICK_MS) cancel();
  };

  if (view.kind === 'running') {
    return (
      <Button
        size="small"
        variant="secondary"
        iconStart={<RiStopCircleLine aria-hidden />}
        isDisabled={!canRunProbes}
        isPending={view.cancelling}
        onPress={stop}
      >
        Stop probes
      </Button>
    );
  }
  return (
    <Button
      size="small"
      variant="primary"
      iconStart={<RiPlayLine aria-hidden />}
      isDisabled={!canRunProbes}
      isPending={view.kind === 'starting'}
      aria-describedby={canRunProbes ? undefined : explanationId}
      onPress={start}
    >
      Run probes
    </Button>
  );
}
