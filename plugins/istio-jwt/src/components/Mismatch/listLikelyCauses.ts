import { MismatchCause, ProbeRun } from 'backstage-plugin-istio-jwt-common';

/** What checks point to, over all ways in of a run; each cause once. */
export function listLikelyCauses({ targets }: ProbeRun): MismatchCause[] {
  const likely = targets.flatMap(({ mismatch }) =>
    (mismatch?.causes ?? []).filter(({ finding }) => finding === 'likely'),
  );
  return [...new Map(likely.map(cause => [cause.id, cause])).values()];
}
