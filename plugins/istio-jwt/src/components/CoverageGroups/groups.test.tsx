import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  buildCoverageFinding,
  buildCoverageService,
  buildGroup,
  buildUnclaimed,
} from '../../__testUtils__/coverageFixtures';
import { findViolations } from '../../__testUtils__/findViolations';
import {
  buildService,
  buildStatus,
  buildWayIn,
} from '../../__testUtils__/fixtures';
import {
  createFakeCoverageApi,
  renderCoverage,
} from '../../__testUtils__/renderCoverage';
import { createFakeApi } from '../../__testUtils__/renderWithApi';

describe('groups of services', () => {
  it('counts by owner, and leads to the services within the filters', async () => {
    const user = userEvent.setup();
    const api = createFakeCoverageApi({
      listGroups: async by => ({
        by,
        omitted: 3,
        groups: [
          buildGroup('group:default/team-a', { open: 3, enforced: 1 }),
          buildGroup('', { partial: 1 }),
        ],
      }),
    });
    const { container } = renderCoverage({ api, query: '?cluster=main' });
    await user.click(await screen.findByRole('tab', { name: 'Owners' }));
    const table = await screen.findByRole('table', { name: 'By owner' });
    const [, first, second] = within(table).getAllByRole('row');
    expect(first).toHaveTextContent(/team-a25 %4Open3Enforced1/);
    expect(within(first).getByRole('link', { name: 'team-a' })).toHaveAttribute(
      'href',
      '/jwt-coverage?cluster=main&owner=group%3Adefault%2Fteam-a',
    );
    expect(
      within(second).getByRole('link', { name: 'No owner' }),
    ).toHaveAttribute('href', '/jwt-coverage?cluster=main&owner=');
    expect(screen.getByText(/3 groups with less to do/)).toBeInTheDocument();
    expect(screen.getByTestId('address')).toHaveTextContent('view=owners');
    expect(await findViolations(container)).toEqual([]);
  });

  it('says who trusts an issuer', async () => {
    const user = userEvent.setup();
    const api = createFakeCoverageApi({
      listGroups: async by => ({
        by,
        omitted: 0,
        groups: [buildGroup('https://login.example', { open: 30 })],
      }),
      listServices: async () => ({
        items: [buildCoverageService(), buildUnclaimed()],
        total: 30,
      }),
    });
    renderCoverage({ api, query: '?view=issuers' });
    await user.click(
      await screen.findByRole('button', {
        name: 'Show services of https://login.example',
      }),
    );
    expect(await screen.findByRole('link', { name: 'shop' })).toHaveAttribute(
      'href',
      '/catalog/default/component/shop/istio-jwt',
    );
    expect(
      screen.getByText('shop/legacy, claimed by nobody'),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'All 30 services' }),
    ).toBeInTheDocument();
    expect(api.listServices).toHaveBeenLastCalledWith(
      { issuer: 'https://login.example' },
      expect.objectContaining({ sort: 'state', limit: 20 }),
    );
  });

  it('lists the hosts of a gateway with their states, and says which it lacks', async () => {
    const user = userEvent.setup();
    const api = createFakeCoverageApi({
      listGroups: async by => ({
        by,
        omitted: 0,
        groups: [buildGroup('main/edge/public', { open: 3 })],
      }),
      listServices: async () => ({
        items: [
          buildCoverageService(),
          buildUnclaimed(),
          buildCoverageService({ name: 'gone' }),
        ],
        total: 25,
      }),
    });
    const status = createFakeApi({
      getStatus: async entityRef => {
        if (entityRef === 'component:default/gone') {
          throw new Error('Not found');
        }
        return buildStatus({
          services: [
            buildService({
              waysIn: [
                buildWayIn({ id: 'good' }),
                buildWayIn({
                  id: 'bad',
                  host: 'old.example',
                  state: 'open',
                }),
                buildWayIn({
                  id: 'elsewhere',
                  host: 'other.example',
                  gateway: {
                    kind: 'Gateway',
                    namespace: 'edge',
                    name: 'private',
                  },
                }),
              ],
            }),
          ],
        });
      },
    });
    renderCoverage({ api, status, query: '?view=gateways' });
    await user.click(
      await screen.findByRole('button', {
        name: 'Show hosts of main/edge/public',
      }),
    );
    const hosts = await screen.findByRole('list', {
      name: 'Hosts of main/edge/public',
    });
    expect(
      within(hosts)
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ).toEqual([
      'Openhttp://old.example/api/*shop',
      'Enforcedhttp://shop.example/api/*shop',
    ]);
    expect(
      screen.getByText(/hosts of shop\/legacy are not known here: no entity/),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/hosts of gone are not known here: its status/),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: '22 more services' }),
    ).toBeInTheDocument();
  });
});

describe('findings over all services', () => {
  it('names the services, and where to read on', async () => {
    const api = createFakeCoverageApi({
      listFindings: async () => ({
        findings: [
          buildCoverageFinding(),
          buildCoverageFinding({
            id: 'odd-link',
            title: 'Odd link',
            link: 'data:text/html,x',
            services: 1,
            occurrences: 1,
          }),
        ],
      }),
    });
    const { container } = renderCoverage({ api, query: '?view=findings' });
    expect(
      await screen.findByRole('heading', { name: 'No token is required' }),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: /documentation says about not-req/ }),
    ).toHaveAttribute('href', 'https://istio.io/latest/docs/tasks/security/');
    expect(screen.getByText('2 services, found 3 times')).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'Show all 2 services' }),
    ).toHaveAttribute('href', '/jwt-coverage?finding=not-required');
    expect(container.querySelector('[href^="data:"]')).toBeNull();
    expect(await findViolations(container)).toEqual([]);
  });

  it('says that there are none', async () => {
    renderCoverage({ query: '?view=findings' });
    expect(
      await screen.findByText(/No misconfiguration was found/),
    ).toBeInTheDocument();
  });
});
