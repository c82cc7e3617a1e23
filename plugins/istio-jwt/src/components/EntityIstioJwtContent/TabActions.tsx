import { Flex, Text } from '@backstage/ui';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { useId } from 'react';
import { ProbeRunControl } from '../../live/useProbeRun';
import { RunProbesButton } from '../ProbeControls';
import { SandboxChip } from '../SandboxChip';
import styles from './EntityIstioJwtContent.module.css';

export function TabActions({
  status,
  probes,
}: {
  status: EntityStatus;
  probes: ProbeRunControl;
}) {
  const explanationId = useId();
  return (
    <div className={styles.actions}>
      <Flex align="center" gap="2">
        <SandboxChip freshness={status.freshness} />
        <RunProbesButton
          control={probes}
          canRunProbes={status.canRunProbes}
          explanationId={explanationId}
        />
      </Flex>
      {!status.canRunProbes && (
        <Text id={explanationId} as="p" variant="body-small" color="secondary">
          Only those with the permission istio-jwt.probe.run, usually the owners
          of this entity, may run probes.
        </Text>
      )}
    </div>
  );
}
