import { Entity } from '@backstage/catalog-model';
import {
  createExtensionTester,
  renderTestApp,
} from '@backstage/frontend-test-utils';
import { coreExtensionData } from '@backstage/frontend-plugin-api';
import { EntityContentBlueprint } from '@backstage/plugin-catalog-react/alpha';
import { createTestEntityPage } from '@backstage/plugin-catalog-react/testUtils';
import { screen } from '@testing-library/react';
import { istioJwtApiRef, istioJwtCoverageApiRef } from './api';
import plugin from './plugin';
import { buildStatus, entity } from './__testUtils__/fixtures';
import { createFakeCoverageApi } from './__testUtils__/renderCoverage';
import { createFakeApi } from './__testUtils__/renderWithApi';

const card = plugin.getExtension('entity-card:istio-jwt/protection');
const content = plugin.getExtension('entity-content:istio-jwt');

function renderOn(page: Entity, extension: typeof card | typeof content) {
  return renderTestApp({
    extensions: [createTestEntityPage({ entity: page }), extension],
    apis: [
      [
        istioJwtApiRef,
        createFakeApi({ getStatus: async () => buildStatus() }),
      ] as const,
    ],
  });
}

describe('the plugin in the new frontend system', () => {
  it('puts its card on the overview', async () => {
    renderOn(entity, card);
    expect(
      await screen.findByText('A valid token is required.'),
    ).toBeInTheDocument();
  });

  it('puts its tab on the entity page', async () => {
    renderOn(entity, content);
    expect(
      await screen.findByRole('region', { name: 'Ways in' }),
    ).toBeInTheDocument();
    const tester = createExtensionTester(content);
    expect(tester.get(EntityContentBlueprint.dataRefs.title)).toBe('JWT');
  });

  it('has a coverage page with a title for the navigation', async () => {
    const page = plugin.getExtension('page:istio-jwt');
    renderTestApp({
      extensions: [page],
      apis: [
        [istioJwtApiRef, createFakeApi()] as const,
        [istioJwtCoverageApiRef, createFakeCoverageApi()] as const,
      ],
      initialRouteEntries: ['/jwt-coverage'],
    });
    expect(
      await screen.findByRole('grid', { name: 'Services' }),
    ).toBeInTheDocument();
    const tester = createExtensionTester(page);
    expect(tester.get(coreExtensionData.title)).toBe('JWT coverage');
    expect(tester.get(coreExtensionData.icon)).toBeDefined();
  });

  it('stays away from what is no service', async () => {
    const group: Entity = {
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Group',
      metadata: { name: 'team' },
    };
    renderOn(group, card);
    expect(await screen.findByTestId('empty-entity-page')).toBeInTheDocument();
  });

  it('shows services that lack the annotations, to say which', async () => {
    const bare = {
      ...entity,
      metadata: { ...entity.metadata, annotations: {} },
    };
    renderOn(bare, card);
    expect(await screen.findByText('JWT protection')).toBeInTheDocument();
  });
});
