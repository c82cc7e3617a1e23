import { EnablementStep } from 'backstage-plugin-istio-jwt-common';
import { Operation, OperationCheck } from '../../operation';
import {
  awaitBehaviour,
  Wanted,
  wantBaseline,
  wantExpected,
  wantRouted,
} from '../awaitBehaviour';
import { addNote, OperationRun } from '../OperationRun';
import { isGateway, isRoute, moveAll } from './moveObjects';
import { StepDefinition } from './StepDefinition';

/** Requests to the ways in that come or go with an operation. */
function listUnrouted({ checks }: Operation): OperationCheck[] {
  return checks.filter(
    ({ of, unrouted }) => of === 'target' && unrouted !== undefined,
  );
}

/** Whether the answer tells a route that is there from one that is not. */
function showsRoute({ unrouted, before, after }: OperationCheck): boolean {
  return unrouted === '404' && (before === '200' || after === '200');
}

/** Waits until a port answers for the host, with nothing behind it. */
export async function awaitListener(
  run: OperationRun,
  step: EnablementStep,
): Promise<void> {
  await awaitBehaviour(run, step, [
    ...listUnrouted(run.operation)
      .filter(({ kind }) => kind === 'no-token')
      .map(check =>
        wantExpected(
          check,
          check.before === 'no answer' ? '404' : check.before,
          true,
        ),
      ),
    ...wantBaseline(run, 'neighbour'),
  ]);
}

/** What is refused, and must never pass while a route comes or goes. */
function wantClosed(operation: Operation): Wanted[] {
  return listUnrouted(operation)
    .filter(
      ({ kind, unrouted }) => kind === 'no-token' && unrouted !== 'unknown',
    )
    .map(check => ({
      ...wantExpected(check, check.unrouted!, true),
      urgent: true,
    }));
}

/** Waits until the host is closed to whoever has no token, whether or not a route leads there. */
export async function awaitClosed(
  run: OperationRun,
  step: EnablementStep,
): Promise<void> {
  await awaitBehaviour(run, step, wantClosed(run.operation));
}

/** Waits until the route leads to the service; looks all the while that nobody passes without a token. */
export async function awaitRoute(
  run: OperationRun,
  step: EnablementStep,
): Promise<void> {
  const shown = listUnrouted(run.operation).filter(showsRoute);
  const results = await awaitBehaviour(run, step, [
    ...shown.map(wantRouted),
    ...wantClosed(run.operation),
    ...wantBaseline(run, 'neighbour'),
  ]);
  if (!results.slice(0, shown.length).includes('agrees')) {
    addNote(
      step,
      'That the route leads to the service could not be seen: no request that passes could be sent. It is closed, as was seen.',
    );
  }
}

/**
 * Waits until no proxy routes to the service any more: what closes the host may go only then. Where
 * nothing shows it, for as long as proxies may take to follow.
 *
 * @throws StepFailed where it is still routed at the deadline
 */
export async function awaitRouteGone(
  run: OperationRun,
  step: EnablementStep,
): Promise<void> {
  const until = Date.now() + run.tools.deadlines.propagationMs;
  const shown = listUnrouted(run.operation).filter(showsRoute);
  const results = await awaitBehaviour(run, step, [
    ...shown.map(check => wantExpected(check, '404', false)),
    ...wantClosed(run.operation).map(wanted => ({ ...wanted, must: false })),
  ]);
  if (results.slice(0, shown.length).includes('agrees')) return;
  addNote(
    step,
    'That the route is gone from the proxies cannot be seen: no request that passes could be sent. The policies stand until proxies had the time to follow (deadlines.propagation).',
  );
  while (Date.now() < until) {
    await run.checkpoint();
    await run.pause();
  }
}

export const OPEN_PORT: StepDefinition[] = [
  {
    id: 'gateway',
    phase: 'validating',
    title: 'Write the Gateway, which routes nothing yet',
    run: moveAll(isGateway, 'to'),
  },
  {
    id: 'listening',
    phase: 'validating',
    title: 'Wait until the gateway answers, with nothing behind it',
    run: awaitListener,
  },
];

export const OPEN_ROUTE: StepDefinition[] = [
  {
    id: 'closed',
    phase: 'routing',
    title: 'See once more that nobody passes without a token',
    run: awaitClosed,
  },
  {
    id: 'route',
    phase: 'routing',
    title: 'Write the route',
    run: moveAll(isRoute, 'to'),
  },
  {
    id: 'routed',
    phase: 'routing',
    title:
      'Wait until the route leads to the service, closed to whoever has no token',
    run: awaitRoute,
  },
];

export const CLOSE_ROUTE: StepDefinition[] = [
  {
    id: 'withdraw-route',
    phase: 'routing',
    title: 'Take back the route, while the policies stand',
    run: moveAll(isRoute, 'to'),
  },
  {
    id: 'route-gone',
    phase: 'routing',
    title: 'Wait until nothing is routed to the service any more',
    run: awaitRouteGone,
  },
];

export const CLOSE_PORT: StepDefinition[] = [
  {
    id: 'withdraw-gateway',
    phase: 'enforcing',
    title: 'Take back the Gateway',
    run: moveAll(isGateway, 'to'),
  },
];
