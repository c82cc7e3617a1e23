import { EntityStatus, ProbeRun } from 'backstage-plugin-istio-jwt-common';
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
        Started <RelativeTime at={run.startedAt} /> by {run.startedBy}.
      </>
    );
  }
  return (
    <>
      {describeSummary(summarizeRun(run))}. Run{' '}
      <RelativeTime at={run.finishedAt ?? run.startedAt} /> by {run.startedBy}.
    </>
  );
}
