import { Observation, WayInStatus } from 'backstage-plugin-istio-jwt-common';
import { WayInAssessment } from 'istio-jwt-policy-engine';

/**
 * Holds the last observations against the verdict: a gateway that answers otherwise than its
 * configuration says is in drift, whatever the configuration says.
 *
 * @param configuration - digest of the way in's present configuration
 */
export function applyObservations(
  wayIn: WayInAssessment,
  observations: Observation[],
  configuration: string,
): WayInStatus {
  const disagreement = observations.find(
    observation =>
      observation.result === 'disagrees' &&
      observation.configuration === configuration,
  );
  return disagreement
    ? {
        ...wayIn,
        verdict: wayIn.state,
        state: 'drift',
        reason: describeDisagreement(disagreement),
      }
    : { ...wayIn, verdict: wayIn.state };
}

/** Marks observations whose configuration is not the present one. */
export function markOutdated(
  observations: Observation[],
  currentConfiguration: (observation: Observation) => string | undefined,
): Observation[] {
  return observations.map(observation =>
    observation.configuration &&
    observation.configuration !== currentConfiguration(observation)
      ? { ...observation, outdated: true }
      : observation,
  );
}

function describeDisagreement({
  expected,
  observed,
  title,
  caller,
}: Observation): string {
  const said = (expected.status ?? [])
    .map(status => (status === 'not-401-403' ? 'let through' : status))
    .join(' or ');
  const who = caller === undefined ? 'the gateway' : 'the mesh';
  const answered =
    observed.kind === 'answer'
      ? `${who} answered ${observed.status}`
      : `${who} did not answer`;
  const from = caller === undefined ? '' : ` from ${caller}`;
  return `The configuration says ${said} for “${title}”${from}; ${answered}.`;
}
