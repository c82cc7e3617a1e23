import { Flex, Text } from '@backstage/ui';
import { EntityStatus, ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { useId } from 'react';
import { describeSummary, summarizeRun } from '../../format/summarizeRun';
import { ProbeRunControl } from '../../live/useProbeRun';
import { ProbeProgress, RunProbesButton } from '../ProbeControls';
import { ProbeMatrix } from '../ProbeMatrix';
import { RelativeTime } from '../RelativeTime';
import { Section } from '../Section';
import styles from './EntityIstioJwtContent.module.css';

/** Live requests against the gateways, and what came back. */
export function ProbesSection({
  status,
  probes,
  run,
}: {
  status: EntityStatus;
  probes: ProbeRunControl;
  run?: ProbeRun;
}) {
  const explanationId = useId();
  return (
    <Section
      title="Probes"
      summary={<RunSummaryLine run={run} />}
      actions={
        <Flex direction="column" gap="1" className={styles.action}>
          <RunProbesButton
            control={probes}
            canRunProbes={status.canRunProbes}
            explanationId={explanationId}
          />
          {!status.canRunProbes && (
            <Text
              id={explanationId}
              as="p"
              variant="body-small"
              color="secondary"
            >
              Only those with the permission istio-jwt.probe.run, usually the
              owners of this entity, may run probes.
            </Text>
          )}
        </Flex>
      }
    >
      <ProbeProgress control={probes} />
      {run ? (
        <ProbeMatrix run={run} status={status} />
      ) : (
        <Text as="p" variant="body-medium" color="secondary">
          Probes send a few harmless requests through the gateways, without a
          token and with bad ones, and hold the answers against the verdict.
        </Text>
      )}
    </Section>
  );
}

function RunSummaryLine({ run }: { run?: ProbeRun }) {
  if (!run) {
    return <>No probes have been run yet.</>;
  }
  if (run.status === 'running') {
    return (
      <>
        Started <RelativeTime at={run.startedAt} /> by {run.startedBy}.
      </>
    );
  }
  return (
    <>
      {describeSummary(summarizeRun(run))}. Run{' '}
      <RelativeTime at={run.finishedAt ?? run.startedAt} /> by {run.startedBy}.
    </>
  );
}
