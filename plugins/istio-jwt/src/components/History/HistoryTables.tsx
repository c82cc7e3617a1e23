import {
  ProbeRunSummary,
  STARTED_BY_SCHEDULE,
  StateChange,
  StateSubject,
} from 'backstage-plugin-istio-jwt-common';
import { ProtectionState } from 'istio-jwt-policy-engine';
import { describeStarter } from '../../format/describeStarter';
import { describeState } from '../../format/describeState';
import { DataTable } from '../DataTable';
import { Prose } from '../Prose';
import { RelativeTime } from '../RelativeTime';
import { describeOutcome } from './describeOutcome';

const CAUSES: Record<StateChange['cause'], string> = {
  'first-seen': 'first seen',
  configuration: 'configuration',
  observation: 'probes',
  drift: 'comparison with what was written',
};

/** Changes of state in words. */
export function ChangesTable({ changes }: { changes: StateChange[] }) {
  return (
    <DataTable
      label="Changes of state"
      columns={['When', 'What', 'From', 'To', 'Seen by', 'Why']}
      rows={changes.map((change, index) => ({
        // Several changes can share a moment; the list is never reordered.
        key: `${change.at} ${index}`,
        tone:
          change.to && describeState(change.to).tone === 'danger'
            ? 'danger'
            : undefined,
        cells: [
          <RelativeTime at={change.at} />,
          describeSubject(change.subject),
          change.subject.level === 'policy'
            ? '–'
            : nameState(change.from, 'not known'),
          change.subject.level === 'policy'
            ? '–'
            : nameState(change.to, 'gone'),
          CAUSES[change.cause] ?? change.cause,
          <Prose text={change.reason} />,
        ],
      }))}
    />
  );
}

/** Probe runs in words. */
export function RunsTable({ runs }: { runs: ProbeRunSummary[] }) {
  return (
    <DataTable
      label="Probe runs"
      columns={['When', 'Started', 'Vectors', 'Result', 'Notes']}
      rows={runs.map(run => ({
        key: run.id,
        tone: run.counts.disagrees > 0 ? 'danger' : undefined,
        cells: [
          <RelativeTime at={run.startedAt} />,
          run.startedBy === STARTED_BY_SCHEDULE
            ? 'scheduled'
            : `by ${describeStarter(run.startedBy)}`,
          run.vectors === 'essential' ? 'essential' : 'all',
          describeOutcome(run),
          run.notes?.join(' ') ?? '–',
        ],
      }))}
    />
  );
}

function describeSubject(subject: StateSubject): string {
  switch (subject.level) {
    case 'entity':
      return 'Entity';
    case 'policy':
      return `${subject.kind} ${subject.namespace}/${subject.name}`;
    case 'service':
      return `Service ${subject.namespace}/${subject.service}`;
    default:
      return `Way in ${subject.wayInId}`;
  }
}

function nameState(state: ProtectionState | null, nothing: string): string {
  return state ? describeState(state).label : nothing;
}
