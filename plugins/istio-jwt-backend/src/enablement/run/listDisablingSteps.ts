import { isAuthentication, isPolicy, moveAll } from './steps/moveObjects';
import { StepDefinition } from './steps/StepDefinition';
import { DRY_RUN, SETTLE } from './steps/tryChanges';
import { awaitNoToken, BASELINE, VERIFY } from './steps/watchBehaviour';

export function listDisablingSteps(): StepDefinition[] {
  return [
    DRY_RUN,
    BASELINE,
    {
      id: 'withdraw-policy',
      phase: 'enforcing',
      title: 'Take back the AuthorizationPolicy',
      run: moveAll(isPolicy, 'to'),
    },
    {
      id: 'withdrawn',
      phase: 'enforcing',
      title: 'Wait until a request without a token is answered as planned',
      run: awaitNoToken,
    },
    {
      id: 'withdraw-request-authentication',
      phase: 'enforcing',
      title: 'Take back the RequestAuthentication',
      run: moveAll(isAuthentication, 'to'),
    },
    VERIFY,
    SETTLE,
  ];
}
