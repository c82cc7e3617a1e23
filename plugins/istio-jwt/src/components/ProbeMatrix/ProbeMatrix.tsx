import { Button, Text } from '@backstage/ui';
import {
  EntityStatus,
  Observation,
  ProbeRun,
} from 'backstage-plugin-istio-jwt-common';
import { useState } from 'react';
import {
  describeExpected,
  describeObserved,
} from '../../format/describeExpectation';
import { DataTable } from '../DataTable';
import { Prose } from '../Prose';
import {
  findSharedReason,
  groupObservations,
  ObservationGroup,
} from './groupObservations';
import { ProbeResult } from './ProbeResult';
import styles from './ProbeMatrix.module.css';

const SHOWN_AT_FIRST = 4;

/** Every probe of a run, expected against observed, by way in; those that disagree come first. */
export function ProbeMatrix({
  run,
  status,
}: {
  run: ProbeRun;
  status: EntityStatus;
}) {
  const [showsAll, setShowsAll] = useState(false);
  const groups = groupObservations(run, status);
  const shown = showsAll ? groups : groups.slice(0, SHOWN_AT_FIRST);
  return (
    <div className={styles.groups}>
      {shown.map(group => (
        <GroupView key={group.key} group={group} />
      ))}
      {groups.length > SHOWN_AT_FIRST && (
        <div>
          <Button
            size="small"
            variant="secondary"
            aria-expanded={showsAll}
            onPress={() => setShowsAll(!showsAll)}
          >
            {showsAll
              ? `Show ${SHOWN_AT_FIRST} ways in only`
              : `Show the probes of all ${groups.length} ways in`}
          </Button>
        </div>
      )}
    </div>
  );
}

function GroupView({ group }: { group: ObservationGroup }) {
  const { title, target, observations } = group;
  const untested = findSharedReason(observations);
  return (
    <div>
      <Text as="h3" variant="body-large" weight="bold" className={styles.title}>
        {title}
      </Text>
      {!untested && (
        <Text as="p" variant="body-small" color="secondary">
          {target?.address
            ? `Sent to ${target.address}`
            : target?.reason ?? 'Not sent yet'}
        </Text>
      )}
      {!target?.address && target && target.tried.length > 0 && (
        <ul className={styles.tried}>
          {target.tried.map(attempt => (
            <li key={attempt}>{attempt}</li>
          ))}
        </ul>
      )}
      {untested && (
        <Text as="p" variant="body-medium" className={styles.untested}>
          {observations.length} probes were not sent: {untested}
        </Text>
      )}
      {observations.length > 0 && !untested && (
        <DataTable
          label={`Probes of ${title}`}
          columns={['Probe', 'Expected', 'Observed', 'Result']}
          rows={observations.map((observation, index) => ({
            // Two policies of one issuer make two probes of one kind; the order is fixed.
            key: `${index} ${observation.vector}`,
            tone: chooseTone(observation),
            cells: [
              <ProbeCell key="probe" observation={observation} />,
              <ExpectedCell key="expected" observation={observation} />,
              <ObservedCell key="observed" observation={observation} />,
              <ProbeResult key="result" observation={observation} />,
            ],
          }))}
        />
      )}
    </div>
  );
}

function chooseTone({ result, outdated }: Observation) {
  if (outdated) {
    return 'muted';
  }
  return result === 'disagrees' ? 'danger' : undefined;
}

function ProbeCell({ observation: { title, request, issuer } }: CellProps) {
  return (
    <>
      {title}
      {issuer && <span className={styles.note}>Issuer {issuer}</span>}
      {request && (
        <span className={styles.note}>
          {request.method} {request.path}
        </span>
      )}
    </>
  );
}

function ExpectedCell({ observation: { expected, result } }: CellProps) {
  return (
    <>
      {describeExpected(expected)}
      {expected.body && <code className={styles.body}>{expected.body}</code>}
      <details className={styles.why} open={result === 'disagrees'}>
        <summary>Why</summary>
        <Prose text={expected.why} />
      </details>
    </>
  );
}

function ObservedCell({ observation: { observed, note } }: CellProps) {
  return (
    <>
      {describeObserved(observed)}
      {observed.kind === 'answer' && (
        <>
          {observed.body && (
            <code className={styles.body}>{observed.body}</code>
          )}
          <span className={styles.note}>
            {Math.round(observed.durationMs)} ms
          </span>
        </>
      )}
      {observed.kind === 'error' && (
        <span className={styles.note}>
          {observed.message} ({observed.code})
        </span>
      )}
      {observed.kind === 'not-tested' && (
        <span className={styles.note}>{observed.reason}</span>
      )}
      {note && <span className={styles.note}>{note}</span>}
    </>
  );
}

interface CellProps {
  observation: Observation;
}
