import { Operation, OperationChange } from '../operation';
import { COUNT_SHADOW } from './steps/countShadow';
import {
  isAuthentication,
  isGateway,
  isPolicy,
  isRoute,
  moveAll,
} from './steps/moveObjects';
import { OPEN_PORT, OPEN_ROUTE } from './steps/openRoute';
import { StepDefinition } from './steps/StepDefinition';
import { checkKeys, DRY_RUN, SETTLE } from './steps/tryChanges';
import {
  awaitNoToken,
  awaitTokensChecked,
  BASELINE,
  VERIFY,
  watchShadow,
} from './steps/watchBehaviour';

export function listEnablingSteps({ changes }: Operation): StepDefinition[] {
  const hasAuthentication = changes.some(isAuthentication);
  const hasRoute = changes.some(isRoute);
  // Nobody comes by a host that no route serves, so there is nothing to try on anybody.
  const shadowed = hasRoute ? [] : changes.filter(isShadowed);
  return [
    DRY_RUN,
    BASELINE,
    ...(changes.some(isGateway) ? OPEN_PORT : []),
    ...(hasAuthentication
      ? [
          {
            id: 'request-authentication',
            phase: 'validating' as const,
            title: 'Write the RequestAuthentication',
            run: moveAll(isAuthentication, 'to'),
          },
        ]
      : []),
    {
      id: 'tokens-checked',
      phase: 'validating',
      title: 'Wait until tokens are checked: one that is no JWT is refused',
      run: awaitTokensChecked,
    },
    ...(shadowed.length > 0
      ? [
          {
            id: 'shadow',
            phase: 'shadowing' as const,
            title: 'Write the AuthorizationPolicy without enforcing it',
            run: moveAll(isShadowed, 'shadow'),
          },
          {
            id: 'shadow-watched',
            phase: 'shadowing' as const,
            title: 'See that nothing is enforced yet',
            run: watchShadow,
          },
          COUNT_SHADOW,
        ]
      : []),
    {
      id: 'keys',
      phase: 'enforcing',
      title: 'See that the issuer’s keys can be had',
      run: checkKeys,
    },
    {
      id: 'enforce',
      phase: 'enforcing',
      title: 'Enforce the AuthorizationPolicy',
      run: moveAll(isPolicy, 'to'),
    },
    {
      id: 'enforced',
      phase: 'enforcing',
      title: 'Wait until a request without a token is answered as planned',
      run: awaitNoToken,
    },
    ...(hasRoute ? OPEN_ROUTE : []),
    VERIFY,
    SETTLE,
  ];
}

/** A policy that replaces an enforced one would leave a gap while it is only tried. */
function isShadowed(change: OperationChange): boolean {
  return isPolicy(change) && !change.from;
}
