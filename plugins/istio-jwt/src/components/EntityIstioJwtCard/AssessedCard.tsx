import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { ProbeRunControl } from '../../live/useProbeRun';
import { FindingsLine, ForgeryAlert } from '../Findings';
import { FreshnessLine } from '../FreshnessNotices';
import { Headline } from '../Headline';
import { IssuerAlerts } from '../IssuerKeys';
import { IssuersLine } from '../Issuers';
import { ProbeProgress } from '../ProbeControls';
import { StateAnnouncer } from '../StateAnnouncer';
import { ProblemNotices } from '../StatusNotice';
import { DisagreementAlert, VerdictPanel } from '../VerdictPanel';
import { WaysInSummary } from '../WaysIn';

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
      <DisagreementAlert run={run} />
      <ForgeryAlert status={status} />
      <IssuerAlerts status={status} />
      <Headline status={status} variant="body-medium" />
      <VerdictPanel status={status} run={run} />
      <ProbeProgress control={probes} />
      <ProblemNotices problems={status.problems} severity="warning" />
      <WaysInSummary status={status} tabPath={tabPath} />
      <IssuersLine status={status} />
      <FindingsLine status={status} />
      <FreshnessLine freshness={status.freshness} />
    </>
  );
}
