import { Button, Text, ToggleButton, ToggleButtonGroup } from '@backstage/ui';
import {
  EntityStatus,
  Observation,
  ProbeRun,
} from 'backstage-plugin-istio-jwt-common';
import { useState } from 'react';
import { MismatchView } from '../Mismatch';
import {
  findSharedReason,
  groupBySubject,
  groupObservations,
  ObservationGroup,
} from './groupObservations';
import { SubjectView } from './SubjectView';
import styles from './ProbeMatrix.module.css';

const SHOWN_AT_FIRST = 4;

type Keeps = (observation: Observation) => boolean;

/** A person has to look at it: the answer is not what the configuration says, or says nothing. */
const needsLook: Keeps = ({ result, outdated, informative }) =>
  !outdated &&
  (result === 'disagrees' || (result === 'inconclusive' && !informative));

const FILTERS = {
  all: { label: 'All', keeps: (() => true) as Keeps },
  look: { label: 'To look at', keeps: needsLook },
  untested: {
    label: 'Not tested',
    keeps: (({ result }) => result === 'not-tested') as Keeps,
  },
};
type Filter = keyof typeof FILTERS;

function isFilter(key: unknown): key is Filter {
  return typeof key === 'string' && Object.hasOwn(FILTERS, key);
}

/** What most people come for; `other` is a run from before subjects. */
const OPEN_AT_FIRST = new Set(['credentials', 'other']);

/** Every probe of a run, expected against observed, by way in; those that disagree come first. */
export function ProbeMatrix({
  run,
  status,
}: {
  run: ProbeRun;
  status: EntityStatus;
}) {
  const [showsAll, setShowsAll] = useState(false);
  const [filter, setFilter] = useState<Filter>('all');
  const groups = groupObservations(run, status);
  const shown = showsAll ? groups : groups.slice(0, SHOWN_AT_FIRST);
  return (
    <div className={styles.groups}>
      {run.observations.length > 0 && (
        <ToggleButtonGroup
          aria-label="Probes to show"
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[filter]}
          onSelectionChange={keys => {
            const [key] = [...keys];
            if (isFilter(key)) setFilter(key);
          }}
        >
          {Object.entries(FILTERS).map(([key, { label, keeps }]) => (
            <ToggleButton key={key} id={key} size="small">
              {label} ({run.observations.filter(keeps).length})
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      )}
      {shown.map(group => (
        <GroupView key={group.key} group={group} filter={filter} />
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

function GroupView({
  group,
  filter,
}: {
  group: ObservationGroup;
  filter: Filter;
}) {
  const { title, targets, observations } = group;
  const shown = observations.filter(FILTERS[filter].keeps);
  const untested = findSharedReason(observations);
  const disagrees = observations.some(
    ({ result, outdated }) => result === 'disagrees' && !outdated,
  );
  return (
    <div>
      <Text as="h3" variant="body-large" weight="bold" className={styles.title}>
        {title}
      </Text>
      {!untested && targets.length === 0 && (
        <Text as="p" variant="body-small" color="secondary">
          Not sent yet
        </Text>
      )}
      {targets.map((target, index) => (
        // Probers of one way in differ in what they say; the order is fixed.
        <TargetView
          key={index}
          target={target}
          showsReason={!untested}
          disagrees={disagrees}
        />
      ))}
      {untested && (
        <Text as="p" variant="body-medium" className={styles.untested}>
          {observations.length} probes were not sent: {untested}
        </Text>
      )}
      {!untested &&
        groupBySubject(shown).map(subject => (
          <SubjectView
            key={subject.key}
            subject={subject}
            place={title}
            isOpen={
              filter !== 'all' ||
              OPEN_AT_FIRST.has(subject.key) ||
              subject.observations.some(needsLook)
            }
          />
        ))}
      {!untested && observations.length > 0 && shown.length === 0 && (
        <Text as="p" variant="body-medium" color="secondary">
          None of its {observations.length} probes.
        </Text>
      )}
    </div>
  );
}

/** Where requests went, or what was tried. */
function TargetView({
  target: { address, through, reason, tried, omitted, mismatch },
  showsReason,
  disagrees,
}: {
  target: ProbeRun['targets'][number];
  showsReason: boolean;
  disagrees: boolean;
}) {
  const went = address ? `Sent to ${address}` : through && `Sent by ${through}`;
  const line = went ?? (showsReason ? reason : undefined);
  return (
    <>
      {line && (
        <Text as="p" variant="body-small" color="secondary">
          {line}
        </Text>
      )}
      {!went && tried.length > 0 && (
        <ul className={styles.tried}>
          {tried.map(attempt => (
            <li key={attempt}>{attempt}</li>
          ))}
        </ul>
      )}
      {omitted && (
        <Text as="p" variant="body-small" color="secondary">
          {omitted} more probes were left out, for a run is bounded.
        </Text>
      )}
      {mismatch && disagrees && <MismatchView mismatch={mismatch} />}
    </>
  );
}
