import { Operation } from '../operation';
import { listChangingSteps } from './listChangingSteps';
import { listDisablingSteps } from './listDisablingSteps';
import { listEnablingSteps } from './listEnablingSteps';
import { listMarkingSteps } from './listMarkingSteps';
import { SEE_MERGED } from './steps/seeMerged';
import { StepDefinition } from './steps/StepDefinition';
import { SETTLE } from './steps/tryChanges';
import { VERIFY } from './steps/watchBehaviour';

/** Steps of an operation, in order. */
export function listSteps(operation: Operation): StepDefinition[] {
  if (operation.proposal) return [SEE_MERGED, VERIFY, SETTLE];
  switch (operation.intent) {
    case 'enable':
      return listEnablingSteps(operation);
    case 'change':
    case 'restore':
      return listChangingSteps(operation);
    case 'disable':
      return listDisablingSteps(operation);
    default:
      return listMarkingSteps(operation.intent);
  }
}
