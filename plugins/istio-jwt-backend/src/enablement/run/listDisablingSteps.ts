import { Operation } from '../operation';
import {
  isAuthentication,
  isGateway,
  isPolicy,
  isRoute,
  moveAll,
} from './steps/moveObjects';
import { CLOSE_PORT, CLOSE_ROUTE } from './steps/openRoute';
import { StepDefinition } from './steps/StepDefinition';
import { DRY_RUN, SETTLE } from './steps/tryChanges';
import { awaitNoToken, BASELINE, VERIFY } from './steps/watchBehaviour';

export function listDisablingSteps({ changes }: Operation): StepDefinition[] {
  return [
    DRY_RUN,
    BASELINE,
    ...(changes.some(isRoute) ? CLOSE_ROUTE : []),
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
    ...(changes.some(isGateway) ? CLOSE_PORT : []),
    VERIFY,
    SETTLE,
  ];
}
