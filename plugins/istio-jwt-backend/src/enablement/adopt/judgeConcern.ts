import { EnablementService } from 'backstage-plugin-istio-jwt-common';
import {
  assessService,
  decideWayIn,
  EnablementIssuer,
  Mesh,
  WayInEffect,
} from 'istio-jwt-policy-engine';
import { AssessedService } from '../../status/assessEntity';
import { OperationChange } from '../operation';
import { inThought } from '../plan/inThought';
import { listReached } from '../plan/listReached';

type Concern =
  | {
      ok: true;
      /** Ids of the ways in that the objects decide about. */
      waysIn: string[];
    }
  | { ok: false; reason: string; alternatives: string[] };

/**
 * Whether each of some objects decides about a service, and about nobody else: of what decides for
 * others, nobody may take charge alone. It counts what each proxy decides, so that a policy at a
 * gateway is one although a sidecar would refuse the same requests.
 */
export function judgeConcern(
  { mirror: { mesh }, assessment }: AssessedService,
  service: EnablementService,
  changes: readonly OperationChange[],
  issuer: EnablementIssuer,
): Concern {
  const waysIn = assessment.waysIn.map(({ id }) => id);
  const concerned = new Set<string>();
  for (const { ref } of changes) {
    const { effects } = listReached(
      mesh,
      [ref],
      { ...service, waysIn },
      issuer,
      [],
    );
    const now = effects.map(effect => decide(mesh, effect));
    const then = inThought(mesh, [{ ref }], () =>
      effects.map(effect => decide(mesh, effect)),
    );
    const differs = effects.filter((_, index) => now[index] !== then[index]);
    const name = `${ref.kind} ${ref.namespace}/${ref.name}`;
    const other = differs.find(({ isTarget }) => !isTarget);
    if (other) {
      return {
        ok: false,
        reason: `${name} also decides for ${other.wayIn.host} of ${other.service.namespace}/${other.service.name}, so it is not this service’s to adopt.`,
        alternatives: ['Leave it to the platform team.'],
      };
    }
    if (differs.length === 0) {
      return {
        ok: false,
        reason: `${name} does not protect this service: without it, every proxy would decide as with it.`,
        alternatives: ['Adopt only what protects this service.'],
      };
    }
    differs.forEach(({ wayIn }) => concerned.add(wayIn.id));
  }
  return { ok: true, waysIn: [...concerned] };
}

/** What each proxy on the way makes of each kind of request, and the state that comes of it. */
function decide(mesh: Mesh, { service, wayIn, answers }: WayInEffect): string {
  const found = assessService(mesh, service).waysIn.find(
    ({ id }) => id === wayIn.id,
  );
  return JSON.stringify([
    found?.state,
    found &&
      answers.map(({ request }) =>
        decideWayIn(mesh, found, request).hops.map(
          ({ decision }) => decision.status,
        ),
      ),
  ]);
}
