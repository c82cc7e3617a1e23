import { Operation } from '../operation';
import { listChangingSteps } from './listChangingSteps';
import { listDisablingSteps } from './listDisablingSteps';
import { listEnablingSteps } from './listEnablingSteps';
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
      return listChangingSteps(operation);
    default:
      return listDisablingSteps(operation);
  }
}
