import {
  EntityProvider,
  entityRouteRef,
} from '@backstage/plugin-catalog-react';
import { renderInTestApp, TestApiProvider } from '@backstage/test-utils';
import { screen } from '@testing-library/react';
import { Route, Routes } from 'react-router-dom';
import { istioJwtApiRef, istioJwtCoverageApiRef } from './api';
import {
  EntityIstioJwtCard,
  EntityIstioJwtContent,
  IstioJwtCoveragePage,
  isIstioJwtAvailable,
  istioJwtPlugin,
} from './legacy';
import { coverageRouteRef, entityContentRouteRef } from './routes';
import { buildStatus, entity } from './__testUtils__/fixtures';
import { createFakeCoverageApi } from './__testUtils__/renderCoverage';
import { createFakeApi } from './__testUtils__/renderWithApi';

function renderLegacy(element: JSX.Element) {
  return renderInTestApp(
    <TestApiProvider
      apis={[
        [
          istioJwtApiRef,
          createFakeApi({
            getStatus: async () => buildStatus({ canRunProbes: false }),
          }),
        ],
      ]}
    >
      <EntityProvider entity={entity}>{element}</EntityProvider>
    </TestApiProvider>,
    { mountedRoutes: { '/jwt-tab': entityContentRouteRef } },
  );
}

describe('the plugin in the old frontend system', () => {
  it('has a card that leads to the tab', async () => {
    await renderLegacy(<EntityIstioJwtCard />);
    expect(
      await screen.findByText('A valid token is required.'),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'Open the JWT tab' }),
    ).toHaveAttribute('href', '/jwt-tab');
  });

  it('has a tab', async () => {
    await renderLegacy(
      <Routes>
        <Route path="/" element={<EntityIstioJwtContent />} />
      </Routes>,
    );
    expect(
      await screen.findByRole('region', { name: 'Ways in' }),
    ).toBeInTheDocument();
  });

  it('has a coverage page with a header of its own', async () => {
    await renderInTestApp(
      <TestApiProvider
        apis={[
          [istioJwtApiRef, createFakeApi()],
          [istioJwtCoverageApiRef, createFakeCoverageApi()],
        ]}
      >
        <Routes>
          <Route path="/" element={<IstioJwtCoveragePage />} />
        </Routes>
      </TestApiProvider>,
      {
        mountedRoutes: {
          '/jwt-coverage': coverageRouteRef,
          '/catalog/:namespace/:kind/:name': entityRouteRef,
        },
      },
    );
    expect(
      await screen.findByRole('grid', { name: 'Services' }),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('heading', { name: 'JWT coverage', level: 1 }),
    ).toBeInTheDocument();
  });

  it('brings its own client', () => {
    expect([...istioJwtPlugin.getApis()].map(({ api }) => api.id)).toEqual([
      'plugin.istio-jwt.service',
      'plugin.istio-jwt.coverage',
    ]);
  });

  it('is for entities that name Kubernetes Services', () => {
    expect(isIstioJwtAvailable(entity)).toBe(true);
    expect(
      isIstioJwtAvailable({
        ...entity,
        metadata: {
          name: 'x',
          annotations: { 'backstage.io/kubernetes-label-selector': 'app=x' },
        },
      }),
    ).toBe(true);
    expect(isIstioJwtAvailable({ ...entity, metadata: { name: 'x' } })).toBe(
      false,
    );
  });
});
