import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { sortWorstFirst } from '../../format/rankStates';
import { ProbeRunControl } from '../../live/useProbeRun';
import { DriftSection } from '../Drift';
import { FindingsSection, ForgeryAlert } from '../Findings';
import { FreshnessLine } from '../FreshnessNotices';
import { Headline } from '../Headline';
import { IssuerAlerts, IssuerKeysSection } from '../IssuerKeys';
import { HistorySection } from '../History';
import { IssuersSection } from '../Issuers';
import { PoliciesSection } from '../Policies';
import { ProbeProgress } from '../ProbeControls';
import { Section } from '../Section';
import { StateAnnouncer } from '../StateAnnouncer';
import { ProblemNotices } from '../StatusNotice';
import { DisagreementAlert, VerdictPanel } from '../VerdictPanel';
import { WaysInSection } from '../WaysIn';
import { ProbesSection } from './ProbesSection';
import { TabActions } from './TabActions';
import styles from './EntityIstioJwtContent.module.css';

export function AssessedTab({
  status,
  probes,
}: {
  status: EntityStatus;
  probes: ProbeRunControl;
}) {
  const run = 'run' in probes.view ? probes.view.run : undefined;
  return (
    <>
      <StateAnnouncer state={status.state} />
      <DisagreementAlert run={run} />
      <ForgeryAlert status={status} />
      <IssuerAlerts status={status} />
      <DriftSection status={status} />
      <ProblemNotices problems={status.problems} severity="warning" />
      <Section
        title="JWT protection"
        actions={<TabActions status={status} probes={probes} />}
      >
        <div className={styles.summary}>
          <Headline status={status} variant="body-large" />
          <VerdictPanel status={status} run={run} />
          <ProbeProgress control={probes} />
          <FreshnessLine freshness={status.freshness} />
        </div>
      </Section>
      {sortWorstFirst(status.services).map(service => (
        <WaysInSection
          key={`${service.cluster}/${service.namespace}/${service.name}`}
          service={service}
          run={run}
          showsServiceName={status.services.length > 1}
        />
      ))}
      <FindingsSection status={status} />
      <ProbesSection status={status} run={run} />
      <HistorySection status={status} run={run} />
      <IssuersSection status={status} />
      <IssuerKeysSection status={status} />
      <PoliciesSection status={status} />
    </>
  );
}
