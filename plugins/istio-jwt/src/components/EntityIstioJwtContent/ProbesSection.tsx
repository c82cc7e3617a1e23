import { Alert } from '@backstage/ui';
import { EntityStatus, ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { describeStarter } from '../../format/describeStarter';
import { describeSummary, summarizeRun } from '../../format/summarizeRun';
import { ProbeMatrix } from '../ProbeMatrix';
import { RelativeTime } from '../RelativeTime';
import { Section } from '../Section';

/** Live requests against the gateways, and what came back. */
export function ProbesSection({
  status,
  run,
}: {
  status: EntityStatus;
  run?: ProbeRun;
}) {
  return (
    <Section title="Probes" summary={<RunSummaryLine run={run} />}>
      {run?.notes && <RunNotes notes={run.notes} />}
      {run && <ProbeMatrix run={run} status={status} />}
    </Section>
  );
}

function RunSummaryLine({ run }: { run?: ProbeRun }) {
  if (!run) {
    return (
      <>
        None have been run yet. Probes send a few harmless requests through the
        gateways, without a token and with bad ones, and hold the answers
        against the verdict.
      </>
    );
  }
  if (run.status === 'running') {
    return (
      <>
        Started <RelativeTime at={run.startedAt} /> by{' '}
        {describeStarter(run.startedBy)}.
      </>
    );
  }
  return (
    <>
      {describeSummary(summarizeRun(run))}. Run{' '}
      <RelativeTime at={run.finishedAt ?? run.startedAt} /> by{' '}
      {describeStarter(run.startedBy)}.{describeCarried(run)}
    </>
  );
}

function RunNotes({ notes }: { notes: string[] }) {
  return (
    <Alert
      status="info"
      icon
      title="On the way"
      description={
        <ul>
          {notes.map(note => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      }
    />
  );
}

/** Scheduled runs send the essential vectors; the rest of what is shown is older. */
function describeCarried({ observations }: ProbeRun): string {
  const carried = observations.filter(each => each.carried).length;
  return carried > 0
    ? ` ${carried} of these are from the last run that sent all vectors.`
    : '';
}
