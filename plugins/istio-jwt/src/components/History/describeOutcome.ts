import { ProbeRunSummary } from 'backstage-plugin-istio-jwt-common';
import { describeSummary } from '../../format/summarizeRun';

export type Outcome = 'running' | 'failed' | 'disagrees' | 'agrees' | 'nothing';

/** What a run showed, in a word. */
export function judgeOutcome({ status, counts }: ProbeRunSummary): Outcome {
  if (status === 'running' || status === 'failed') {
    return status;
  }
  if (counts.disagrees > 0) {
    return 'disagrees';
  }
  return counts.agrees > 0 ? 'agrees' : 'nothing';
}

/** Such as `5 of 6 agree, 1 not tested`. */
export function describeOutcome(run: ProbeRunSummary): string {
  const { status, counts, error } = run;
  if (status === 'running') {
    return 'is running';
  }
  const summary = describeSummary({
    ...counts,
    notTested: counts['not-tested'],
    outdated: 0,
    disagreements: [],
  });
  return status === 'failed'
    ? `did not finish: ${error ?? 'no reason was given'}`
    : summary;
}
