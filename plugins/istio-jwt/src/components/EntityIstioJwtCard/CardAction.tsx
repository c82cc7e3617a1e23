import { ButtonLink, Text } from '@backstage/ui';
import { RiArrowRightLine } from '@remixicon/react';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { useId } from 'react';
import { summarizeRun } from '../../format/summarizeRun';
import { ProbeRunControl } from '../../live/useProbeRun';
import { RunProbesButton } from '../ProbeControls';

/**
 * The one thing to do next: to probe where nothing current was seen, to read on otherwise.
 */
export function CardAction({
  status,
  probes,
  tabPath,
}: {
  status: EntityStatus;
  probes: ProbeRunControl;
  tabPath?: string;
}) {
  const explanationId = useId();
  if (status.canRunProbes && (needsProbes(probes) || !tabPath)) {
    return <RunProbesButton control={probes} canRunProbes />;
  }
  if (tabPath) {
    return (
      <ButtonLink
        href={tabPath}
        size="small"
        variant="secondary"
        iconEnd={<RiArrowRightLine aria-hidden />}
      >
        Open the JWT tab
      </ButtonLink>
    );
  }
  return (
    <>
      <Text id={explanationId} variant="body-small" color="secondary">
        You may not run probes of this entity.
      </Text>
      <RunProbesButton
        control={probes}
        canRunProbes={false}
        explanationId={explanationId}
      />
    </>
  );
}

function needsProbes({ view }: ProbeRunControl): boolean {
  if (view.kind !== 'over') {
    return true;
  }
  const { agrees, disagrees } = summarizeRun(view.run);
  return agrees + disagrees === 0;
}
