import {
  EntityStatus,
  Observation,
  ProbeRun,
} from 'backstage-plugin-istio-jwt-common';
import { describeWayIn } from '../../format/describeWayIn';

/** What a run saw at one way in. */
export interface ObservationGroup {
  key: string;
  title: string;
  /** One, but inside the mesh, where each prober is one. */
  targets: ProbeRun['targets'];
  observations: Observation[];
}

type Place = Pick<Observation, 'wayInId' | 'service'>;

/** Those with disagreements first, then those that were tested, then the rest. */
export function groupObservations(
  run: ProbeRun,
  status: EntityStatus,
): ObservationGroup[] {
  const groups = new Map<string, ObservationGroup>();
  const open = (place: Place): ObservationGroup => {
    const key = keyOf(place);
    const known = groups.get(key);
    if (known) {
      return known;
    }
    const group: ObservationGroup = {
      key,
      title: nameWayIn(place, status),
      targets: [],
      observations: [],
    };
    groups.set(key, group);
    return group;
  };
  for (const target of run.targets) {
    open(target).targets.push(target);
  }
  for (const observation of run.observations) {
    open(observation).observations.push(observation);
  }
  return [...groups.values()].sort((a, b) => weigh(b) - weigh(a));
}

/** Why none of several probes was sent, where one reason holds for all. */
export function findSharedReason(
  observations: Observation[],
): string | undefined {
  const reasons = new Set(
    observations.map(({ observed }) =>
      observed.kind === 'not-tested' ? observed.reason : undefined,
    ),
  );
  return observations.length > 1 && reasons.size === 1
    ? [...reasons][0]
    : undefined;
}

function weigh({ observations }: ObservationGroup): number {
  const results = new Set(
    observations
      .filter(({ outdated, informative }) => !outdated && !informative)
      .map(({ result }) => result),
  );
  if (results.has('disagrees')) {
    return 3;
  }
  if (results.has('inconclusive')) {
    return 2;
  }
  return results.has('agrees') ? 1 : 0;
}

function keyOf({ wayInId, service }: Place): string {
  return JSON.stringify([
    service?.cluster,
    service?.namespace,
    service?.name,
    wayInId,
  ]);
}

function nameWayIn({ wayInId, service }: Place, status: EntityStatus): string {
  for (const candidate of status.services) {
    const isSame =
      !service ||
      (service.cluster === candidate.cluster &&
        service.namespace === candidate.namespace &&
        service.name === candidate.name);
    const wayIn = isSame && candidate.waysIn.find(({ id }) => id === wayInId);
    if (wayIn) {
      const suffix =
        status.services.length > 1
          ? ` to ${candidate.namespace}/${candidate.name}`
          : '';
      return `${describeWayIn(wayIn)}${suffix}`;
    }
  }
  return `${wayInId} (no longer a way in)`;
}

/** What vectors are about, in the order that people read them. */
const SUBJECTS: [string, string][] = [
  ['credentials', 'Without and with a valid token'],
  ['form', 'Texts that are no JWT'],
  ['signature', 'Algorithms and signatures'],
  ['claims', 'Times, issuers, audiences'],
  ['place', 'Places of tokens'],
  ['request', 'Shapes of requests'],
];

/** Probes of one way in that are about one thing. */
export interface Subject {
  key: string;
  title: string;
  observations: Observation[];
}

/** Sorts a way in's probes by subject; those of runs that knew none come first, in one. */
export function groupBySubject(observations: Observation[]): Subject[] {
  const known = new Set(SUBJECTS.map(([key]) => key));
  const rest = observations.filter(({ group }) => !known.has(group ?? ''));
  return [
    { key: 'other', title: 'Probes', observations: rest },
    ...SUBJECTS.map(([key, title]) => ({
      key,
      title,
      observations: observations.filter(({ group }) => group === key),
    })),
  ].filter(subject => subject.observations.length > 0);
}
