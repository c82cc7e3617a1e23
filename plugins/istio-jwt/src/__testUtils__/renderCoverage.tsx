import {
  mockApis,
  renderInTestApp,
  TestApiProvider,
} from '@backstage/frontend-test-utils';
import { entityRouteRef } from '@backstage/plugin-catalog-react';
import { signalApiRef } from '@backstage/plugin-signals-react';
import { storageApiRef } from '@backstage/core-plugin-api';
import { useLocation } from 'react-router-dom';
import {
  IstioJwtApi,
  istioJwtApiRef,
  IstioJwtCoverageApi,
  istioJwtCoverageApiRef,
} from '../api';
import { CoveragePage } from '../components/CoveragePage';
import { coverageRouteRef } from '../routes';
import {
  buildCoverageService,
  buildSummary,
  buildTrendPoints,
} from './coverageFixtures';
import { FakeSignals } from './FakeSignals';
import { createFakeApi } from './renderWithApi';

/** A backend with one open service and nothing else, unless a test says what it answers. */
export function createFakeCoverageApi(
  answers: Partial<IstioJwtCoverageApi> = {},
): jest.Mocked<IstioJwtCoverageApi> {
  const refuse = (method: string) => async () => {
    throw new Error(`${method} was not expected`);
  };
  return {
    listServices: jest.fn(
      answers.listServices ??
        (async () => ({ items: [buildCoverageService()], total: 1 })),
    ),
    getSummary: jest.fn(answers.getSummary ?? (async () => buildSummary())),
    getTrend: jest.fn(
      answers.getTrend ?? (async () => ({ points: buildTrendPoints() })),
    ),
    listGroups: jest.fn(
      answers.listGroups ?? (async by => ({ by, groups: [], omitted: 0 })),
    ),
    listFindings: jest.fn(
      answers.listFindings ?? (async () => ({ findings: [] })),
    ),
    listHosts: jest.fn(
      answers.listHosts ?? (async () => ({ items: [], total: 0 })),
    ),
    previewOwnerNotices: jest.fn(
      answers.previewOwnerNotices ?? refuse('previewOwnerNotices'),
    ),
    sendOwnerNotices: jest.fn(
      answers.sendOwnerNotices ?? refuse('sendOwnerNotices'),
    ),
    exportServices: jest.fn(answers.exportServices ?? refuse('exportServices')),
    listExceptions: jest.fn(
      answers.listExceptions ?? (async () => ({ items: [] })),
    ),
    getException: jest.fn(answers.getException ?? refuse('getException')),
    createException: jest.fn(
      answers.createException ?? refuse('createException'),
    ),
    changeException: jest.fn(
      answers.changeException ?? refuse('changeException'),
    ),
    revokeException: jest.fn(
      answers.revokeException ?? refuse('revokeException'),
    ),
  };
}

function Address() {
  return <output data-testid="address">{useLocation().search}</output>;
}

/** Renders the page at `/jwt-coverage` with `query`; its address is the text of `address`. */
export function renderCoverage(options: {
  api?: IstioJwtCoverageApi;
  status?: IstioJwtApi;
  storage?: ReturnType<typeof mockApis.storage>;
  query?: string;
}) {
  const {
    api = createFakeCoverageApi(),
    status = createFakeApi(),
    storage = mockApis.storage(),
    query = '',
  } = options;
  return renderInTestApp(
    <TestApiProvider
      apis={[
        [istioJwtApiRef, status],
        [istioJwtCoverageApiRef, api],
        [signalApiRef, new FakeSignals()],
        [storageApiRef, storage],
      ]}
    >
      <CoveragePage />
      <Address />
    </TestApiProvider>,
    {
      mountedRoutes: {
        '/jwt-coverage': coverageRouteRef as any,
        '/catalog/:namespace/:kind/:name': entityRouteRef as any,
      },
      initialRouteEntries: [`/${query}`],
    },
  );
}
