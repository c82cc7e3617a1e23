import { Observation, ProbeRun } from 'backstage-plugin-istio-jwt-common';

/** What a run's probes say taken together, about the present configuration only. */
export interface RunSummary {
  agrees: number;
  disagrees: number;
  inconclusive: number;
  notTested: number;
  /** Said something about a configuration that is no more. */
  outdated: number;
  disagreements: Observation[];
}

export function summarizeRun(run: ProbeRun | undefined): RunSummary {
  const summary: RunSummary = {
    agrees: 0,
    disagrees: 0,
    inconclusive: 0,
    notTested: 0,
    outdated: 0,
    disagreements: [],
  };
  for (const observation of run?.observations ?? []) {
    // It expects nothing, so that it is neither for nor against the configuration.
    if (observation.informative && observation.result === 'inconclusive') {
      continue;
    }
    if (observation.outdated) {
      summary.outdated += 1;
      continue;
    }
    switch (observation.result) {
      case 'agrees':
        summary.agrees += 1;
        break;
      case 'disagrees':
        summary.disagrees += 1;
        summary.disagreements.push(observation);
        break;
      case 'inconclusive':
        summary.inconclusive += 1;
        break;
      default:
        summary.notTested += 1;
    }
  }
  return summary;
}

/** Such as `5 of 6 agree, 1 not tested`. */
export function describeSummary(summary: RunSummary): string {
  const told = summary.agrees + summary.disagrees + summary.inconclusive;
  const parts: string[] = [];
  if (summary.disagrees > 0) {
    parts.push(
      `${summary.disagrees} of ${told} ${
        summary.disagrees === 1 ? 'disagrees' : 'disagree'
      }`,
    );
  } else if (summary.agrees > 0) {
    parts.push(
      `${summary.agrees} of ${told} ${
        summary.agrees === 1 ? 'agrees' : 'agree'
      }`,
    );
  }
  if (summary.inconclusive > 0) {
    parts.push(`${summary.inconclusive} inconclusive`);
  }
  if (summary.notTested > 0) {
    parts.push(`${summary.notTested} not tested`);
  }
  if (summary.outdated > 0) {
    parts.push(`${summary.outdated} outdated`);
  }
  return parts.join(', ') || 'Nothing was tested';
}
