import { Text } from '@backstage/ui';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { describeState } from '../../format/describeState';
import { summarizeRun } from '../../format/summarizeRun';
import { ProbeRunControl } from '../../live/useProbeRun';
import { FreshnessLine } from '../FreshnessNotices';
import { IssuersLine } from '../Issuers';
import { ProbeProgress } from '../ProbeControls';
import { StateAnnouncer } from '../StateAnnouncer';
import { StateBadge } from '../StateBadge';
import { ProblemNotices } from '../StatusNotice';
import { DisagreementAlert, VerdictPanel } from '../VerdictPanel';
import { WaysInSummary } from '../WaysIn';
import styles from './EntityIstioJwtCard.module.css';

export function AssessedCard({
  status,
  probes,
  tabPath,
}: {
  status: EntityStatus;
  probes: ProbeRunControl;
  tabPath?: string;
}) {
  const run = 'run' in probes.view ? probes.view.run : undefined;
  return (
    <>
      <StateAnnouncer state={status.state} />
      <DisagreementAlert disagreements={summarizeRun(run).disagreements} />
      <div className={styles.headline}>
        <StateBadge state={status.state} size="large" />
        <Text as="p" variant="body-medium">
          <strong>{describeState(status.state).meaning}</strong> {status.reason}
        </Text>
      </div>
      <VerdictPanel status={status} run={run} />
      <ProbeProgress control={probes} />
      <ProblemNotices problems={status.problems} severity="warning" />
      <WaysInSummary status={status} tabPath={tabPath} />
      <IssuersLine status={status} />
      <FreshnessLine freshness={status.freshness} />
    </>
  );
}
