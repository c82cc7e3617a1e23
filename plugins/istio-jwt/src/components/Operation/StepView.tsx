import { Text } from '@backstage/ui';
import {
  EnablementEvidence,
  EnablementStep,
} from 'backstage-plugin-istio-jwt-common';
import { describeResource } from '../../format/describeResource';
import { formatAbsolute, formatSpan } from '../../format/formatTime';
import { DataTable } from '../DataTable';
import { Prose } from '../Prose';
import styles from './Operation.module.css';

type Probe = Extract<EnablementEvidence, { kind: 'probe' }>;

const RESULTS: Record<Probe['result'], string> = {
  agrees: 'Agrees',
  disagrees: 'Disagrees',
  inconclusive: 'Inconclusive',
  'not-tested': 'Not tested',
};

/** One step: what it did, what it saw, and its log. Open while it runs, and where it failed. */
export function StepView({
  step: { title, status, startedAt, finishedAt, evidence, log },
}: {
  step: EnablementStep;
}) {
  const probes = evidence.filter(
    (each): each is Probe => each.kind === 'probe',
  );
  const others = evidence.filter(({ kind }) => kind !== 'probe');
  const hasDetails = evidence.length + log.length > 0;
  const head = (
    <>
      <span className={styles.stepTitle}>{title}</span>{' '}
      <span className={styles.stepStatus} data-status={status}>
        {describeStatus(status)}
        {finishedAt && ` in ${formatSpan(startedAt, finishedAt)}`}
        {probes.length > 0 && `, ${countProbes(probes)}`}
      </span>
    </>
  );
  if (!hasDetails) {
    return <div className={styles.step}>{head}</div>;
  }
  return (
    <details className={styles.step} open={status !== 'done'}>
      <summary>{head}</summary>
      <div className={styles.stepBody}>
        {others.length > 0 && (
          <ul className={styles.list}>
            {others.map((each, index) => (
              <li key={`${each.at} ${index}`}>
                <EvidenceText evidence={each} />
              </li>
            ))}
          </ul>
        )}
        {probes.length > 0 && (
          <DataTable
            label={`Probes of “${title}”`}
            columns={[
              'Probe',
              'Of',
              'Request',
              'Expected',
              'Observed',
              'Result',
            ]}
            rows={probes.map((probe, index) => ({
              key: `${probe.at} ${index}`,
              tone: probe.result === 'disagrees' ? 'danger' : undefined,
              cells: [
                probe.title,
                probe.of === 'target' ? 'this service' : 'a neighbour',
                `${probe.method} ${probe.host}${probe.path}`,
                probe.expected,
                probe.observed,
                RESULTS[probe.result] ?? probe.result,
              ],
            }))}
          />
        )}
        {log.length > 0 && (
          <ol className={styles.log} aria-label={`Log of “${title}”`}>
            {log.map(({ at, message }, index) => (
              <li key={`${at} ${index}`}>
                <time dateTime={at}>{formatAbsolute(at)}</time> {message}
              </li>
            ))}
          </ol>
        )}
      </div>
    </details>
  );
}

function EvidenceText({
  evidence,
}: {
  evidence: Exclude<EnablementEvidence, Probe> | EnablementEvidence;
}) {
  if (evidence.kind === 'object') {
    return (
      <>
        {describeResource(evidence.ref)}: {evidence.action}
        {evidence.resourceVersion && (
          <Text as="span" variant="body-small" color="secondary">
            {' '}
            resourceVersion {evidence.resourceVersion}
          </Text>
        )}
      </>
    );
  }
  return evidence.kind === 'note' ? <Prose text={evidence.message} /> : null;
}

function describeStatus(status: EnablementStep['status']): string {
  switch (status) {
    case 'running':
      return 'under way';
    case 'failed':
      return 'failed';
    default:
      return 'done';
  }
}

function countProbes(probes: Probe[]): string {
  const agree = probes.filter(({ result }) => result === 'agrees').length;
  return `${agree} of ${probes.length} ${
    probes.length === 1 ? 'probe agrees' : 'probes agree'
  }`;
}
