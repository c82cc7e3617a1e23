import {
  answerUnrouted,
  assessService,
  compareFindings,
  decideWayIn,
  Finding,
  Mesh,
  ProxyRequest,
  ServiceAssessment,
  WayInAssessment,
  WayInEffect,
} from 'istio-jwt-policy-engine';
import { OperationChange } from '../operation';
import { inThought } from './inThought';

/**
 * What taking objects back would do to ways in: each is asked now, and on the mesh in thought
 * without them. Synchronous, so that nobody ever sees that mesh.
 */
export function simulateRemoval(
  mesh: Mesh,
  changes: readonly OperationChange[],
  known: readonly WayInEffect[],
): {
  effects: WayInEffect[];
  findings: { opened: Finding[]; resolved: Finding[] };
} {
  const before = known.map(effect => findWayIn(mesh, effect));
  const targetsNow = assessTargets(mesh, known);
  const answersNow = known.map((effect, index) =>
    effect.answers.map(({ request }) => answerTo(mesh, before[index], request)),
  );
  return inThought(mesh, changes, () => {
    return {
      effects: known.flatMap((effect, index): WayInEffect[] => {
        const now = before[index];
        const then = findWayIn(mesh, effect);
        if (!now) return [];
        if (!then && effect.isTarget) {
          return [withoutRoute(mesh, now, effect, answersNow[index])];
        }
        if (!then) return [];
        return [
          {
            ...effect,
            before: now.state,
            after: then.state,
            answers: effect.answers.map((answer, each) => ({
              ...answer,
              before: answersNow[index][each],
              after: answerTo(mesh, then, answer.request),
            })),
          },
        ];
      }),
      findings: compareFindings(targetsNow, assessTargets(mesh, known)),
    };
  });
}

/** A way in whose route goes, too. */
function withoutRoute(
  mesh: Mesh,
  now: WayInAssessment,
  effect: WayInEffect,
  answers: readonly string[],
): WayInEffect {
  return {
    ...effect,
    before: now.state,
    after: 'absent',
    answers: effect.answers.map((answer, each) => ({
      ...answer,
      before: answers[each],
      after: answerUnrouted(mesh, now, answer.request),
    })),
  };
}

function findWayIn(
  mesh: Mesh,
  { service, wayIn }: WayInEffect,
): WayInAssessment | undefined {
  return assessService(mesh, service).waysIn.find(({ id }) => id === wayIn.id);
}

function answerTo(
  mesh: Mesh,
  wayIn: WayInAssessment | undefined,
  request: ProxyRequest,
): string {
  if (!wayIn) return 'unknown';
  const { status, body } = decideWayIn(mesh, wayIn, request);
  return body && status !== 200 ? `${status} ${body}` : String(status);
}

function assessTargets(
  mesh: Mesh,
  known: readonly WayInEffect[],
): ServiceAssessment[] {
  const services = new Map(
    known
      .filter(({ isTarget }) => isTarget)
      .map(({ service }) => [`${service.namespace}/${service.name}`, service]),
  );
  return [...services.values()].map(service => assessService(mesh, service));
}
