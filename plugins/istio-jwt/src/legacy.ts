/**
 * The plugin for apps on the old frontend system.
 *
 * @packageDocumentation
 */
import {
  createApiFactory,
  createComponentExtension,
  createPlugin,
  createRoutableExtension,
  discoveryApiRef,
  fetchApiRef,
} from '@backstage/core-plugin-api';
import type { ComponentType } from 'react';
import {
  istioJwtApiRef,
  IstioJwtClient,
  istioJwtCoverageApiRef,
  IstioJwtCoverageClient,
} from './api';
import {
  coverageRouteRef,
  entityContentRouteRef,
  templateRouteRef,
} from './routes';

export { isIstioJwtAvailable } from './isIstioJwtAvailable';

/** @public */
export const istioJwtPlugin = createPlugin({
  id: 'istio-jwt',
  apis: [
    createApiFactory({
      api: istioJwtApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: ({ discoveryApi, fetchApi }) =>
        new IstioJwtClient({ discoveryApi, fetchApi }),
    }),
    createApiFactory({
      api: istioJwtCoverageApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: ({ discoveryApi, fetchApi }) =>
        new IstioJwtCoverageClient({ discoveryApi, fetchApi }),
    }),
  ],
  routes: { entityContent: entityContentRouteRef, coverage: coverageRouteRef },
  externalRoutes: { template: templateRouteRef },
});

/**
 * Card for the entity overview.
 *
 * @public
 */
export const EntityIstioJwtCard: ComponentType = istioJwtPlugin.provide(
  createComponentExtension({
    name: 'EntityIstioJwtCard',
    component: {
      lazy: () =>
        import('./components/EntityIstioJwtCard').then(
          m => m.EntityIstioJwtCard,
        ),
    },
  }),
);

/**
 * Tab for the entity page.
 *
 * @public
 */
export const EntityIstioJwtContent: ComponentType = istioJwtPlugin.provide(
  createRoutableExtension({
    name: 'EntityIstioJwtContent',
    mountPoint: entityContentRouteRef,
    component: () =>
      import('./components/EntityIstioJwtContent').then(
        m => m.EntityIstioJwtContent,
      ),
  }),
);

/**
 * The coverage page, to be mounted at a path of its own such as `/jwt-coverage`.
 *
 * @public
 */
export const IstioJwtCoveragePage: ComponentType = istioJwtPlugin.provide(
  createRoutableExtension({
    name: 'IstioJwtCoveragePage',
    mountPoint: coverageRouteRef,
    component: () =>
      import('./components/CoveragePage').then(m => m.LegacyCoveragePage),
  }),
);
