import { EnablementIntent } from 'backstage-plugin-istio-jwt-common';
import { moveAll } from './steps/moveObjects';
import { StepDefinition } from './steps/StepDefinition';
import { DRY_RUN, SETTLE } from './steps/tryChanges';
import { LOOK, VERIFY } from './steps/watchBehaviour';

const TITLES: Partial<Record<EnablementIntent, string>> = {
  adopt: 'Mark what stands as the portal’s',
  release: 'Remove the portal’s marks',
  accept: 'Mark what stands as what is wanted',
};

/** No spec is changed, so that every request has to be answered as before. */
export function listMarkingSteps(intent: EnablementIntent): StepDefinition[] {
  return [
    DRY_RUN,
    LOOK,
    {
      id: 'mark',
      phase: 'enforcing',
      title: TITLES[intent] ?? 'Write marks',
      run: moveAll(() => true, 'to'),
    },
    VERIFY,
    SETTLE,
  ];
}
