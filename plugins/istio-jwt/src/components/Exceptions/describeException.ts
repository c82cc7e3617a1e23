import {
  CoverageExceptionEvent,
  CoverageExceptionScope,
  CoverageExceptionState,
} from 'backstage-plugin-istio-jwt-common';

const STATES: Record<CoverageExceptionState, string> = {
  requested: 'Waits for an approval',
  active: 'Active',
  expired: 'Over',
  revoked: 'Taken back',
};

const ACTIONS: Record<CoverageExceptionEvent['action'], string> = {
  requested: 'Asked for',
  approved: 'Approved',
  changed: 'Changed',
  revoked: 'Taken back',
};

export function labelExceptionState(state: CoverageExceptionState): string {
  return STATES[state] ?? state;
}

export function labelAction(action: CoverageExceptionEvent['action']): string {
  return ACTIONS[action] ?? action;
}

/** What an exception is about, such as `path /healthz`. */
export function describeScope({
  wayIn,
  path,
  finding,
}: CoverageExceptionScope): string {
  const parts = [
    wayIn && `way in ${wayIn}`,
    path && `path ${path}`,
    finding && `finding ${finding}`,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : 'the whole service';
}

export function nameService({
  cluster,
  namespace,
  name,
}: CoverageExceptionScope): string {
  return `${namespace}/${name} in cluster ${cluster}`;
}
