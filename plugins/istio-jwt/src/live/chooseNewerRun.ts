import { ProbeRun } from 'backstage-plugin-istio-jwt-common';

/** Of two pictures of runs, the one that was taken later. */
export function chooseNewerRun(
  left: ProbeRun | undefined,
  right: ProbeRun | undefined,
): ProbeRun | undefined {
  if (!left || !right) {
    return left ?? right;
  }
  if (left.id !== right.id) {
    return Date.parse(left.startedAt) > Date.parse(right.startedAt)
      ? left
      : right;
  }
  if (left.status === 'running' && right.status === 'running') {
    return left.observations.length > right.observations.length ? left : right;
  }
  // Where both are over, `right` is the status's own, which also knows what is outdated by now.
  return right.status === 'running' ? left : right;
}
