import type { RunChoice } from './ProbeRunner';
import { WayInPlan } from './planProbes';

/** Leaves of a plan what a run is to do. @param notes - takes up what was left out, and why */
export function narrowPlans(
  plans: WayInPlan[],
  { vectors, describePause }: RunChoice,
  notes: Set<string>,
): WayInPlan[] {
  return plans
    .filter(({ mirror }) => {
      const pause = describePause?.(mirror.config.name);
      if (pause) {
        notes.add(pause);
      }
      return !pause;
    })
    .map(plan =>
      vectors
        ? {
            ...plan,
            probes: plan.probes.filter(({ vector }) =>
              vectors.includes(vector.id),
            ),
          }
        : plan,
    );
}
