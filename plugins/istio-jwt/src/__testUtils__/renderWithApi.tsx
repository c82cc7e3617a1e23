import { Entity } from '@backstage/catalog-model';
import {
  renderInTestApp,
  TestApiProvider,
} from '@backstage/frontend-test-utils';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { signalApiRef } from '@backstage/plugin-signals-react';
import { ReactElement } from 'react';
import { IstioJwtApi, istioJwtApiRef } from '../api';
import { entityContentRouteRef } from '../routes';
import { FakeSignals } from './FakeSignals';
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
  };
}

/** Renders on an entity page whose JWT tab is at `/jwt-tab`. */
export function renderWithApi(
  element: ReactElement,
  options: { api: IstioJwtApi; signals?: FakeSignals; entity?: Entity },
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
    { mountedRoutes: { '/jwt-tab': entityContentRouteRef as any } },
  );
}
