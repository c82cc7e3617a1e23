import { Observation } from 'backstage-plugin-istio-jwt-common';
import { useState } from 'react';
import {
  describeExpected,
  describeObserved,
} from '../../format/describeExpectation';
import { DataTable } from '../DataTable';
import { Prose } from '../Prose';
import { Subject } from './groupObservations';
import { ProbeResult } from './ProbeResult';
import styles from './ProbeMatrix.module.css';

/** The probes of one subject, folded unless there is something to see. */
export function SubjectView({
  subject: { key, title, observations },
  place,
  isOpen,
}: {
  subject: Subject;
  /** Name of the way in. */
  place: string;
  /** Whether to show it unasked. */
  isOpen: boolean;
}) {
  const [chosen, setChosen] = useState<boolean>();
  const open = chosen ?? isOpen;
  return (
    <details
      className={styles.subject}
      open={open}
      onToggle={event => {
        const { open: now } = event.currentTarget;
        if (now !== open) setChosen(now);
      }}
    >
      <summary>
        <span className={styles.subjectTitle}>{title}</span>{' '}
        <span className={styles.counts}>{countResults(observations)}</span>
      </summary>
      {open && (
        <DataTable
          label={`Probes of ${place}: ${title}`}
          columns={['Probe', 'Expected', 'Observed', 'Result']}
          rows={observations.map((observation, index) => ({
            // Two policies of one issuer make two probes of one kind; the order is fixed.
            key: `${key} ${index} ${observation.vector}`,
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
    </details>
  );
}

const WORDS: [Observation['result'] | 'outdated' | 'informative', string][] = [
  ['disagrees', 'disagree'],
  ['agrees', 'agree'],
  ['inconclusive', 'inconclusive'],
  ['informative', 'for information'],
  ['not-tested', 'not tested'],
  ['outdated', 'outdated'],
];

/** Such as `1 disagree, 12 agree`. */
function countResults(observations: Observation[]): string {
  const results = observations.map(({ result, outdated, informative }) => {
    if (outdated) {
      return 'outdated';
    }
    return informative && result === 'inconclusive' ? 'informative' : result;
  });
  return WORDS.flatMap(([wanted, word]) => {
    const count = results.filter(result => result === wanted).length;
    return count === 0 ? [] : [`${count} ${word}`];
  }).join(', ');
}

function chooseTone({ result, outdated }: Observation) {
  if (outdated) {
    return 'muted';
  }
  return result === 'disagrees' ? 'danger' : undefined;
}

function ProbeCell({
  observation: { title, request, issuer, caller },
}: CellProps) {
  return (
    <>
      {title}
      {caller && <span className={styles.note}>From {caller}</span>}
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
