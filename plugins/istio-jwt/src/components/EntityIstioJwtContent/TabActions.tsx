import { Flex, Link, Text } from '@backstage/ui';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { useId } from 'react';
import { ProbeRunControl } from '../../live/useProbeRun';
import { linkToView, useTabPath } from '../../routes';
import { AdoptLink, EnableAction } from '../EnableAction';
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
  const tabPath = useTabPath();
  return (
    <div className={styles.actions}>
      <Flex align="start" justify="end" gap="2" className={styles.buttons}>
        <SandboxChip freshness={status.freshness} />
        <EnableAction status={status} tabPath={tabPath} place="tab" />
        <RunProbesButton
          control={probes}
          canRunProbes={status.canRunProbes}
          explanationId={explanationId}
        />
      </Flex>
      <Flex gap="3" justify="end" className={styles.buttons}>
        <AdoptLink status={status} />
        <Link
          href={linkToView(tabPath, { kind: 'inspect' })}
          variant="body-small"
        >
          Inspect a token
        </Link>
        <Link
          href={linkToView(tabPath, { kind: 'refusal' })}
          variant="body-small"
        >
          I got a 403
        </Link>
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
