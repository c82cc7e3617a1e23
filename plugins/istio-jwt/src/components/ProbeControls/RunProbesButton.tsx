import { Button } from '@backstage/ui';
import { RiPlayLine, RiStopCircleLine } from '@remixicon/react';
import { ProbeRunControl } from '../../live/useProbeRun';

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
  if (view.kind === 'running') {
    return (
      <Button
        size="small"
        variant="secondary"
        iconStart={<RiStopCircleLine aria-hidden />}
        isDisabled={!canRunProbes}
        isPending={view.cancelling}
        onPress={cancel}
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
