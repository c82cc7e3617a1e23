import { EnablementService } from 'backstage-plugin-istio-jwt-common';
import { EnablementIssuer, Mesh, WayInEffect } from 'istio-jwt-policy-engine';
import { OperationChange } from '../operation';
import { inThought } from './inThought';
import { listConcerned } from './listReached';
import { simulateRemoval } from './simulateRemoval';

/** What changes do to every way in that their objects reach, now or then. */
export function foreseeEffects(
  mesh: Mesh,
  changes: readonly OperationChange[],
  wanted: {
    service: EnablementService;
    waysIn: readonly string[];
    issuer: EnablementIssuer;
    exemptPaths: readonly string[];
  },
): ReturnType<typeof simulateRemoval> & { neighbours: number } {
  const list = () =>
    listConcerned(
      mesh,
      changes.map(({ ref }) => ref),
      { ...wanted.service, waysIn: wanted.waysIn },
      wanted.issuer,
      wanted.exemptPaths,
    );
  const now = list();
  const then = inThought(mesh, changes, list);
  const known = new Map<string, WayInEffect>();
  for (const effect of [...then.effects, ...now.effects]) {
    const { service, wayIn } = effect;
    known.set(`${service.namespace}/${service.name} ${wayIn.id}`, effect);
  }
  return {
    ...simulateRemoval(mesh, changes, [...known.values()]),
    neighbours: Math.max(now.neighbours, then.neighbours),
  };
}

/** Neighbours whose answers come to differ, in a sentence each. */
export function warnOfNeighbours(effects: readonly WayInEffect[]): string[] {
  return effects.flatMap(({ isTarget, service, wayIn, answers }) => {
    const changed = answers.find(({ before, after }) => before !== after);
    return !isTarget && changed
      ? [
          `${wayIn.host} of ${service.namespace}/${service.name}: “${changed.title}” is answered ${changed.before} now, and would be answered ${changed.after}.`,
        ]
      : [];
  });
}
