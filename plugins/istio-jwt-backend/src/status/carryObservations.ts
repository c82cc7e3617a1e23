import { Observation, ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { LastRuns } from '../storage';

/**
 * What was last seen of each probe. A run of the essential vectors says nothing about the others:
 * theirs are carried over from the last run that sent them.
 */
export function carryObservations({
  lastDone,
  lastFull,
}: LastRuns): Observation[] {
  return lastDone ? carryInto(lastDone, lastFull).observations : [];
}

/** The last run as people see it. */
export function showLastRun({
  last,
  lastDone,
  lastFull,
}: LastRuns): ProbeRun | undefined {
  if (!last || last.status === 'running' || last.vectors !== 'essential') {
    return last;
  }
  return carryInto(
    last,
    lastDone?.vectors === 'essential' ? lastFull : lastDone,
  );
}

function carryInto(run: ProbeRun, full: ProbeRun | undefined): ProbeRun {
  if (!full || full.id === run.id) {
    return run;
  }
  const seen = new Set(run.observations.map(keyOf));
  const carried = full.observations
    .filter(observation => !seen.has(keyOf(observation)))
    .map(observation => ({ ...observation, carried: true }));
  return carried.length > 0
    ? { ...run, observations: [...run.observations, ...carried] }
    : run;
}

function keyOf({
  vector,
  wayInId,
  service,
  issuer,
  caller,
  request,
}: Observation): string {
  return JSON.stringify([
    vector,
    wayInId,
    service?.cluster,
    service?.namespace,
    service?.name,
    issuer,
    caller,
    request?.path,
  ]);
}
