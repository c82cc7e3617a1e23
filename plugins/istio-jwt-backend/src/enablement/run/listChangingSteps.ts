import { ObjectForm, Operation, OperationChange } from '../operation';
import { isAuthentication, isPolicy, moveAll } from './steps/moveObjects';
import { StepDefinition } from './steps/StepDefinition';
import { checkKeys, DRY_RUN, SETTLE } from './steps/tryChanges';
import {
  awaitBothEnds,
  awaitNoToken,
  awaitTokensChecked,
  BASELINE,
  VERIFY,
} from './steps/watchBehaviour';

/**
 * Widen, then narrow. RequestAuthentications are widened first: a policy that asks for a principal
 * that nothing validates refuses everybody. Policies are narrowed first, for the same reason.
 */
export function listChangingSteps({ changes }: Operation): StepDefinition[] {
  const widened = changes.filter(isWidened);
  const steps: (StepDefinition | false)[] = [
    DRY_RUN,
    BASELINE,
    widened.some(isAuthentication) && {
      id: 'widen-request-authentication',
      phase: 'validating',
      title: 'Trust what was trusted and what will be, side by side',
      run: moveAll(
        change => isWidened(change) && isAuthentication(change),
        chooseWide,
      ),
    },
    {
      id: 'tokens-checked',
      phase: 'validating',
      title: 'Wait until tokens are checked: one that is no JWT is refused',
      run: awaitTokensChecked,
    },
    {
      id: 'keys',
      phase: 'validating',
      title: 'See that the issuer’s keys can be had',
      run: checkKeys,
    },
    widened.some(isPolicy) && {
      id: 'widen-policy',
      phase: 'enforcing',
      title: 'Let through what either the old or the new policy does',
      run: moveAll(change => isWidened(change) && isPolicy(change), chooseWide),
    },
    widened.length > 0 && {
      id: 'widened',
      phase: 'enforcing',
      title: 'See that what both refuse is refused, and what both take passes',
      run: awaitBothEnds,
    },
    {
      id: 'narrow-policy',
      phase: 'enforcing',
      title: 'Let through only what the new policy does',
      run: moveAll(isPolicy, 'to'),
    },
    {
      id: 'enforced',
      phase: 'enforcing',
      title: 'Wait until a request without a token is answered as planned',
      run: awaitNoToken,
    },
    {
      id: 'narrow-request-authentication',
      phase: 'enforcing',
      title: 'Trust only what will be trusted',
      run: moveAll(isAuthentication, 'to'),
    },
    VERIFY,
    SETTLE,
  ];
  return steps.filter(step => step !== false);
}

/** Whether it is written before it is narrowed. */
function isWidened({ passage }: OperationChange): boolean {
  return passage?.kind === 'early' || passage?.kind === 'between';
}

function chooseWide({ passage }: OperationChange): ObjectForm {
  return passage?.kind === 'between' ? 'between' : 'to';
}
