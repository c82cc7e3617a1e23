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
  createFakeCoverageApi,
  renderCoverage,
} from '../../__testUtils__/renderCoverage';

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

  it('says what an issuer that goes away takes along', async () => {
    const api = createFakeCoverageApi({
      listGroups: async by => ({
        by,
        omitted: 0,
        groups: [
          { ...buildGroup('https://login.example', { open: 30 }), sole: 28 },
          { ...buildGroup('', { open: 1 }), sole: 0 },
        ],
      }),
    });
    renderCoverage({ api, query: '?view=issuers&cluster=main' });
    expect(
      await screen.findByRole('link', {
        name: '28 services left with no issuer on some way in',
      }),
    ).toHaveAttribute(
      'href',
      '/jwt-coverage?cluster=main&soleIssuer=https%3A%2F%2Flogin.example',
    );
    expect(
      screen.getByText('2 services take tokens of others everywhere'),
    ).toBeInTheDocument();
  });

  it('lists the hosts of a gateway with their states, a page at a time', async () => {
    const user = userEvent.setup();
    const { id, title, cluster, namespace, name } = buildCoverageService();
    const shop = { id, title, cluster, namespace, name };
    const api = createFakeCoverageApi({
      listGroups: async by => ({
        by,
        omitted: 0,
        groups: [buildGroup('main/edge/public', { open: 3 })],
      }),
      listHosts: async (_gateway, _filter, options) =>
        options?.cursor
          ? {
              items: [
                {
                  address: 'https://last.example:8443',
                  state: 'enforced',
                  service: shop,
                },
              ],
              total: 3,
            }
          : {
              items: [
                {
                  address: 'http://old.example:80',
                  state: 'open',
                  service: { ...shop, entityRef: 'component:default/shop' },
                },
                {
                  address: 'https://*:443',
                  state: 'partial',
                  service: { ...shop, name: 'legacy' },
                },
              ],
              nextCursor: 'next',
              total: 3,
            },
    });
    const { container } = renderCoverage({
      api,
      query: '?view=gateways&cluster=main',
    });
    await user.click(
      await screen.findByRole('button', {
        name: 'Show hosts of main/edge/public',
      }),
    );
    const listHosts = async () =>
      within(
        await screen.findByRole('list', { name: 'Hosts of main/edge/public' }),
      )
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent);
    expect(await listHosts()).toEqual([
      'Openhttp://old.exampleshop',
      'PartialAny host, https, port 443shop/legacy, claimed by nobody',
    ]);
    expect(screen.getByText('1 to 2 of 3 hosts')).toBeInTheDocument();
    expect(await findViolations(container)).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Next' }));
    expect(await screen.findByText(/last\.example/)).toBeInTheDocument();
    expect(await listHosts()).toEqual([
      'Enforcedhttps://last.example:8443shop/shop, claimed by nobody',
    ]);
    expect(api.listHosts).toHaveBeenLastCalledWith(
      'main/edge/public',
      { cluster: 'main' },
      expect.objectContaining({ cursor: 'next' }),
    );
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
