import fc from 'fast-check';
import {
  assessService,
  decideWayIn,
  explainObservation,
  Mesh,
  parseYaml,
  Resource,
  WayInDecision,
} from '..';
import {
  authentication,
  policyFor,
  request,
} from '../__testUtils__/arbitraries';
import { GATEWAY, WORKLOADS } from '../__testUtils__/handsOn';
import { ObservedAnswer } from './observation';

const BACKEND = { namespace: 'default', name: 'backend' };
const BASE = parseYaml(`${WORKLOADS}\n---\n${GATEWAY}`).resources;
/** More runs for a longer search: `PROPERTY_RUNS=2000 yarn test explain`. */
const numRuns = Number(process.env.PROPERTY_RUNS ?? 50);

jest.setTimeout(120_000 + numRuns * 100);

const configuration = fc
  .tuple(
    fc.array(policyFor(), { maxLength: 3 }),
    fc.array(authentication, { maxLength: 2 }),
  )
  .map(([policies, authentications]) => [...policies, ...authentications]);

function meshWith(resources: Resource[]): Mesh {
  const mesh = new Mesh();
  [...BASE, ...resources].forEach(resource => mesh.apply(resource));
  return mesh;
}

/** What a client would see of a decision. */
function answerOf(decision: WayInDecision): ObservedAnswer | undefined {
  const { status, body, hops, route } = decision;
  if (status === 'unknown') return undefined;
  if (status === 200) {
    return route?.kind === 'not-found'
      ? { status: 404, body: '' }
      : { status: 200, body: 'hello' };
  }
  const details = hops.find(hop => hop.decision.status !== 200)?.decision
    .details;
  return {
    status,
    ...(body === undefined ? {} : { body }),
    ...(details === undefined ? {} : { details }),
  };
}

describe('explainObservation', () => {
  it('recognises every answer that the configuration gives, and names the rule of a refusal', () => {
    fc.assert(
      fc.property(configuration, request(false), (resources, asked) => {
        const mesh = meshWith(resources);
        for (const wayIn of assessService(mesh, BACKEND).waysIn) {
          const decision = decideWayIn(mesh, wayIn, asked);
          const answer = answerOf(decision);
          if (!answer) continue;
          const told = explainObservation(mesh, wayIn, asked, answer);
          const refused = answer.status === 401 || answer.status === 403;
          expect([told.kind, refused && told.rule === undefined]).toEqual([
            'matches',
            false,
          ]);
        }
      }),
      { numRuns },
    );
  });

  it('never says that a refusal was expected where a request passes, nor the reverse', () => {
    fc.assert(
      fc.property(configuration, request(false), (resources, asked) => {
        const mesh = meshWith(resources);
        for (const wayIn of assessService(mesh, BACKEND).waysIn) {
          const decision = decideWayIn(mesh, wayIn, asked);
          if (decision.status === 'unknown') continue;
          const opposite: ObservedAnswer =
            decision.status === 200
              ? { status: 403, body: 'RBAC: access denied' }
              : { status: 200, body: 'hello' };
          const { kind } = explainObservation(mesh, wayIn, asked, opposite);
          expect(['differs', 'not-from-here']).toContain(kind);
        }
      }),
      { numRuns },
    );
  });
});
