import { STARTED_BY_SCHEDULE } from 'backstage-plugin-istio-jwt-common';

/** Who started a run, for people. */
export function describeStarter(startedBy: string): string {
  return startedBy === STARTED_BY_SCHEDULE ? 'the schedule' : startedBy;
}
