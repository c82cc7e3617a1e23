import { FilterPredicate } from '@backstage/filter-predicates';
import {
  ApiBlueprint,
  createFrontendPlugin,
  discoveryApiRef,
  fetchApiRef,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import {
  EntityCardBlueprint,
  EntityContentBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
import { RiShieldKeyholeLine } from '@remixicon/react';
import {
  ANNOTATION_KUBERNETES_ID,
  ANNOTATION_KUBERNETES_LABEL_SELECTOR,
} from 'backstage-plugin-istio-jwt-common';
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

const istioJwtApi = ApiBlueprint.make({
  params: defineParams =>
    defineParams({
      api: istioJwtApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: ({ discoveryApi, fetchApi }) =>
        new IstioJwtClient({ discoveryApi, fetchApi }),
    }),
});

const coverageApi = ApiBlueprint.make({
  name: 'coverage',
  params: defineParams =>
    defineParams({
      api: istioJwtCoverageApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: ({ discoveryApi, fetchApi }) =>
        new IstioJwtCoverageClient({ discoveryApi, fetchApi }),
    }),
});

/** A service without annotations is shown too, with the annotations that it lacks. */
const filter: FilterPredicate = {
  $any: [
    {
      [`metadata.annotations.${ANNOTATION_KUBERNETES_LABEL_SELECTOR}`]: {
        $exists: true,
      },
    },
    {
      [`metadata.annotations.${ANNOTATION_KUBERNETES_ID}`]: { $exists: true },
    },
    { kind: 'component', 'spec.type': 'service' },
  ],
};

const entityCard = EntityCardBlueprint.make({
  name: 'protection',
  params: {
    type: 'content',
    filter,
    loader: () =>
      import('./components/EntityIstioJwtCard').then(m => (
        <m.EntityIstioJwtCard />
      )),
  },
});

const entityContent = EntityContentBlueprint.make({
  params: {
    path: 'istio-jwt',
    title: 'JWT',
    group: 'operation',
    icon: <RiShieldKeyholeLine aria-hidden size="1em" />,
    routeRef: entityContentRouteRef,
    filter,
    loader: () =>
      import('./components/EntityIstioJwtContent').then(m => (
        <m.EntityIstioJwtContent />
      )),
  },
});

const coveragePage = PageBlueprint.make({
  params: {
    path: '/jwt-coverage',
    title: 'JWT coverage',
    icon: <RiShieldKeyholeLine aria-hidden />,
    routeRef: coverageRouteRef,
    loader: () =>
      import('./components/CoveragePage').then(m => <m.CoveragePage />),
  },
});

/**
 * The istio-jwt plugin for the new frontend system.
 *
 * @public
 */
export default createFrontendPlugin({
  pluginId: 'istio-jwt',
  title: 'Istio JWT',
  icon: <RiShieldKeyholeLine aria-hidden />,
  info: { packageJson: () => import('../package.json') },
  extensions: [
    istioJwtApi,
    coverageApi,
    entityCard,
    entityContent,
    coveragePage,
  ],
  routes: { entityContent: entityContentRouteRef, coverage: coverageRouteRef },
  externalRoutes: { template: templateRouteRef },
});
