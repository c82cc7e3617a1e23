import { ServiceStatus } from 'backstage-plugin-istio-jwt-common';
import { worstState } from 'istio-jwt-policy-engine';
import { SharedStatus } from '../status';
import { EntityStates, SubjectState } from './StateHistoryStore';

/** An entity with more is recorded by its services only. */
const MAX_WAYS_IN = 200;

/**
 * What of a status is worth keeping. Of a cluster that is not in sync nothing is: what is half read
 * looks like a change and is none.
 */
export function listStates(status: SharedStatus): EntityStates {
  const { entityRef, services, freshness } = status;
  const completeClusters = freshness
    .filter(({ state }) => state.kind === 'synced')
    .map(({ cluster }) => cluster);
  const isComplete = completeClusters.length === freshness.length;
  const known = services.filter(({ cluster }) =>
    completeClusters.includes(cluster),
  );
  const waysIn = known.reduce((sum, each) => sum + each.waysIn.length, 0);
  return {
    entityRef,
    completeClusters,
    subjects: [
      ...(status.state === 'unknown' && !isComplete
        ? []
        : [describeEntity(status)]),
      ...known.flatMap(service => [
        describeService(service),
        ...(waysIn > MAX_WAYS_IN ? [] : describeWaysIn(service)),
      ]),
    ],
  };
}

function describeEntity({
  state,
  reason,
  services,
}: SharedStatus): SubjectState {
  return {
    subject: { level: 'entity' },
    state,
    verdict:
      state === 'drift' ? worstState(services.flatMap(listVerdicts)) : state,
    reason,
  };
}

function describeService(service: ServiceStatus): SubjectState {
  const { cluster, namespace, name, state, reason } = service;
  return {
    subject: { level: 'service', cluster, namespace, service: name },
    state,
    verdict: state === 'drift' ? worstState(listVerdicts(service)) : state,
    reason,
  };
}

function describeWaysIn({
  cluster,
  namespace,
  name,
  waysIn,
}: ServiceStatus): SubjectState[] {
  return waysIn.map(({ id, state, verdict, reason }) => ({
    subject: {
      level: 'way-in',
      cluster,
      namespace,
      service: name,
      wayInId: id,
    },
    state,
    verdict,
    reason,
  }));
}

function listVerdicts({ waysIn }: ServiceStatus) {
  return waysIn.map(({ verdict }) => verdict);
}
