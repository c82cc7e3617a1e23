import { Entity } from '@backstage/catalog-model';
import {
  renderInTestApp,
  TestApiProvider,
} from '@backstage/frontend-test-utils';
import {
  EntityProvider,
  entityRouteRef,
} from '@backstage/plugin-catalog-react';
import { signalApiRef } from '@backstage/plugin-signals-react';
import { ReactElement } from 'react';
import { IstioJwtApi, istioJwtApiRef } from '../api';
import { entityContentRouteRef, templateRouteRef } from '../routes';
import { FakeSignals } from './FakeSignals';
import { buildOptions, buildPlan } from './enablementFixtures';
import { entity as defaultEntity } from './fixtures';

/** A backend that was never asked anything unless a test says what it answers. */
export function createFakeApi(
  answers: Partial<IstioJwtApi> = {},
): jest.Mocked<IstioJwtApi> {
  const refuse = (method: string) => async () => {
    throw new Error(`${method} was not expected`);
  };
  return {
    getStatus: jest.fn(answers.getStatus ?? refuse('getStatus')),
    getClusters: jest.fn(answers.getClusters ?? (async () => [])),
    startProbeRun: jest.fn(answers.startProbeRun ?? refuse('startProbeRun')),
    getProbeRun: jest.fn(answers.getProbeRun ?? refuse('getProbeRun')),
    listProbeRuns: jest.fn(
      answers.listProbeRuns ?? (async () => ({ items: [] })),
    ),
    getHistory: jest.fn(answers.getHistory ?? (async () => ({ items: [] }))),
    cancelProbeRun: jest.fn(answers.cancelProbeRun ?? refuse('cancelProbeRun')),
    getEnablementOptions: jest.fn(
      answers.getEnablementOptions ?? (async () => buildOptions()),
    ),
    createEnablementPlan: jest.fn(
      answers.createEnablementPlan ?? refuse('createEnablementPlan'),
    ),
    startEnablement: jest.fn(
      answers.startEnablement ?? refuse('startEnablement'),
    ),
    listEnablements: jest.fn(
      answers.listEnablements ?? (async () => ({ items: [] })),
    ),
    getEnablement: jest.fn(answers.getEnablement ?? refuse('getEnablement')),
    cancelEnablement: jest.fn(
      answers.cancelEnablement ?? refuse('cancelEnablement'),
    ),
    approveEnablement: jest.fn(
      answers.approveEnablement ?? refuse('approveEnablement'),
    ),
    declineEnablement: jest.fn(
      answers.declineEnablement ?? refuse('declineEnablement'),
    ),
    getWaitingPlan: jest.fn(
      answers.getWaitingPlan ?? (async () => buildPlan()),
    ),
    enforceEnablement: jest.fn(
      answers.enforceEnablement ?? refuse('enforceEnablement'),
    ),
  };
}

/** Renders on an entity page whose JWT tab is at `/jwt-tab`. */
export function renderWithApi(
  element: ReactElement,
  options: {
    api: IstioJwtApi;
    signals?: FakeSignals;
    entity?: Entity;
    /** Address of the page. */
    at?: string;
  },
) {
  const { api, signals = new FakeSignals(), entity = defaultEntity } = options;
  return renderInTestApp(
    <TestApiProvider
      apis={[
        [istioJwtApiRef, api],
        [signalApiRef, signals],
      ]}
    >
      <EntityProvider entity={entity}>{element}</EntityProvider>
    </TestApiProvider>,
    {
      mountedRoutes: {
        '/jwt-tab': entityContentRouteRef as any,
        '/catalog/:namespace/:kind/:name': entityRouteRef as any,
        '/create/templates/:namespace/:templateName': templateRouteRef as any,
      },
      ...(options.at ? { initialRouteEntries: [options.at] } : {}),
    },
  );
}
