import { useApi } from '@backstage/core-plugin-api';
import {
  EnablementPlanRequest,
  PlannedEnablementView,
  RefusedEnablementView,
} from 'backstage-plugin-istio-jwt-common';
import { useCallback, useEffect, useRef } from 'react';
import { istioJwtApiRef } from '../../api';
import { describeFailure, RequestFailure } from '../../api/describeFailure';
import { useKept } from './useKept';

/** Where planning stands. `request` is what the plan was made for. */
export type PlanState =
  | { kind: 'none' }
  | { kind: 'planning'; request: EnablementPlanRequest }
  | {
      kind: 'failed';
      request: EnablementPlanRequest;
      failure: RequestFailure;
    }
  | {
      kind: 'refused';
      request: EnablementPlanRequest;
      plan: RefusedEnablementView;
    }
  | {
      kind: 'planned';
      request: EnablementPlanRequest;
      plan: PlannedEnablementView;
      /** Warnings that were ticked. */
      accepted: string[];
      start:
        | { kind: 'ready' }
        | { kind: 'starting' }
        | { kind: 'failed'; failure: RequestFailure };
    };

export interface PlanControl {
  state: PlanState;
  plan: (request: EnablementPlanRequest) => void;
  /** Ticks a warning, or takes the tick away. */
  accept: (warning: string, accepted: boolean) => void;
  start: () => void;
}

/**
 * Makes plans and starts them. The last one is kept while the page is open.
 *
 * @param onStarted - called with the operation's id, unless the view was left meanwhile
 */
export function usePlan(
  entityRef: string,
  intent: string,
  onStarted: (enablementId: string) => void,
): PlanControl {
  const api = useApi(istioJwtApiRef);
  const [state, setState] = useKept<PlanState>(`plan ${entityRef} ${intent}`, {
    kind: 'none',
  });
  const isInView = useRef(false);
  useEffect(() => {
    isInView.current = true;
    return () => {
      isInView.current = false;
    };
  }, []);

  const plan = useCallback(
    (request: EnablementPlanRequest) => {
      setState({ kind: 'planning', request });
      const settle = (next: PlanState) =>
        // A later request wins over the answer to an earlier one.
        setState(current =>
          current.kind === 'planning' && current.request === request
            ? next
            : current,
        );
      api.createEnablementPlan(entityRef, request).then(
        made =>
          settle(
            made.kind === 'planned'
              ? {
                  kind: 'planned',
                  request,
                  plan: made,
                  accepted: [],
                  start: { kind: 'ready' },
                }
              : { kind: 'refused', request, plan: made },
          ),
        error =>
          settle({ kind: 'failed', request, failure: describeFailure(error) }),
      );
    },
    [api, entityRef, setState],
  );

  const accept = useCallback(
    (warning: string, isAccepted: boolean) =>
      setState(current =>
        current.kind === 'planned'
          ? {
              ...current,
              accepted: isAccepted
                ? [...current.accepted, warning]
                : current.accepted.filter(each => each !== warning),
            }
          : current,
      ),
    [setState],
  );

  const start = useCallback(() => {
    if (state.kind !== 'planned') {
      return;
    }
    const { planId } = state.plan;
    setState({ ...state, start: { kind: 'starting' } });
    api.startEnablement(entityRef, planId).then(
      ({ id }) => {
        setState({ kind: 'none' });
        if (isInView.current) {
          onStarted(id);
        }
      },
      error =>
        setState(current =>
          current.kind === 'planned' && current.plan.planId === planId
            ? {
                ...current,
                start: { kind: 'failed', failure: describeFailure(error) },
              }
            : current,
        ),
    );
  }, [api, entityRef, onStarted, setState, state]);

  return { state, plan, accept, start };
}
