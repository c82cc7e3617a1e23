import { mockApis } from '@backstage/frontend-test-utils';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  buildCounts,
  buildCoverageService,
  buildSummary,
  buildUnclaimed,
} from '../../__testUtils__/coverageFixtures';
import { findViolations } from '../../__testUtils__/findViolations';
import { buildFreshness } from '../../__testUtils__/fixtures';
import { refuse } from '../../__testUtils__/refuse';
import {
  createFakeCoverageApi,
  renderCoverage,
} from '../../__testUtils__/renderCoverage';

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl';

function address() {
  return screen.getByTestId('address').textContent;
}

describe('the summary of the coverage page', () => {
  it('tells the share, its change, and what is excepted apart', async () => {
    const { container } = renderCoverage({});
    const summary = await screen.findByRole('region', { name: 'Summary' });
    expect(await within(summary).findByText('60 %')).toBeInTheDocument();
    expect(summary).toHaveTextContent(
      '6 of 10 services require a valid token by every way in.',
    );
    expect(summary).toHaveTextContent('7 days: +20 points, from 40 %.');
    expect(summary).toHaveTextContent(
      '30 days: not known. Nothing was recorded on that day.',
    );
    expect(summary).toHaveTextContent('2 services of these have an exception.');
    expect(summary).toHaveTextContent('2 services are claimed by no entity');
    await screen.findByRole('grid', { name: 'Services' });
    expect(await findViolations(container)).toEqual([]);
  });

  it('narrows the list by state, and back', async () => {
    const user = userEvent.setup();
    const api = createFakeCoverageApi();
    renderCoverage({ api });
    const open = await screen.findByRole('button', { name: /^3\s?Open$/ });
    await user.click(open);
    expect(address()).toBe('?state=open');
    await waitFor(() =>
      expect(api.listServices).toHaveBeenLastCalledWith(
        { state: ['open'] },
        expect.objectContaining({ sort: 'state', order: 'asc' }),
      ),
    );
    expect(api.getSummary.mock.calls.every(([{ state }]) => !state)).toBe(true);
    await user.click(screen.getByRole('button', { name: /^3\s?Open$/ }));
    expect(address()).toBe('');
  });

  it('says that a cluster is not read, and that one never was', async () => {
    renderCoverage({
      api: createFakeCoverageApi({
        getSummary: async () =>
          buildSummary({
            stale: 4,
            clusters: [
              buildFreshness({
                state: {
                  kind: 'stale',
                  since: new Date(Date.now() - 600_000).toISOString(),
                  reason: 'connection refused',
                },
              }),
              buildFreshness({
                cluster: 'second',
                state: {
                  kind: 'unavailable',
                  reason: 'no route',
                  fix: 'Check the address.',
                },
              }),
            ],
          }),
      }),
    });
    expect(
      await screen.findByText(/Served from memory: cluster main/),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/Cluster second was never read/),
    ).toBeInTheDocument();
    expect(screen.getByText(/4 services are in a cluster/)).toBeInTheDocument();
  });

  it('says who may see the page', async () => {
    const api = createFakeCoverageApi({
      getSummary: () => refuse(403, 'NotAllowedError', 'Not for you'),
    });
    renderCoverage({ api });
    expect(
      await screen.findByText(/istio-jwt.coverage.read/),
    ).toBeInTheDocument();
    expect(screen.queryByRole('tab')).not.toBeInTheDocument();
  });

  it('counts nothing where nothing is', async () => {
    renderCoverage({
      api: createFakeCoverageApi({
        getSummary: async () =>
          buildSummary({
            ...buildCounts({}),
            unclaimed: 0,
            changes: [],
            clusters: [],
          }),
        getTrend: async () => ({
          points: [{ kind: 'gap', day: '2026-01-01' }],
        }),
        listServices: async () => ({ items: [], total: 0 }),
      }),
    });
    expect(
      await screen.findByText(/No cluster is configured/),
    ).toBeInTheDocument();
    expect(screen.getByText(/Nothing is recorded yet/)).toBeInTheDocument();
  });
});

describe('the trend', () => {
  it('leaves gaps open, and has all numbers in a table', async () => {
    const user = userEvent.setup();
    renderCoverage({});
    const chart = await screen.findByRole('img', {
      name: 'Share of enforced services: 0 % on 2026-01-01, 75 % on 2026-01-05. 2 days without a record.',
    });
    expect(within(chart).getAllByTestId('trend-line')).toHaveLength(2);
    expect(within(chart).getAllByTestId('trend-gap')).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Show as a table' }));
    const rows = within(
      screen.getByRole('table', { name: /day by day/ }),
    ).getAllByRole('row');
    expect(rows).toHaveLength(6);
    expect(rows[1]).toHaveTextContent('2026-01-0575 %4');
    expect(rows[2]).toHaveTextContent('No record');
  });

  it('asks for as many days as wanted', async () => {
    const user = userEvent.setup();
    const api = createFakeCoverageApi();
    renderCoverage({ api, query: '?owner=group:default/a&q=x' });
    await user.click(await screen.findByRole('radio', { name: '30 days' }));
    await waitFor(() =>
      expect(api.getTrend).toHaveBeenLastCalledWith(
        expect.objectContaining({ owner: 'group:default/a' }),
        expect.objectContaining({ days: 30 }),
      ),
    );
    expect(screen.getByText(/the past knows nothing/)).toBeInTheDocument();
  });
});

describe('the list of services', () => {
  it('shows each with owner, state, findings and a way to its tab', async () => {
    renderCoverage({
      api: createFakeCoverageApi({
        listServices: async () => ({
          items: [
            buildCoverageService({
              exception: {
                id: 'e1',
                state: 'active',
                covers: 'service',
                expiresAt: '2026-05-01T00:00:00Z',
              },
            }),
          ],
          total: 1,
        }),
      }),
    });
    const grid = await screen.findByRole('grid', { name: 'Services' });
    const link = within(grid).getByRole('link', { name: 'shop' });
    expect(link).toHaveAttribute(
      'href',
      '/catalog/default/component/shop/istio-jwt',
    );
    const row = within(grid).getAllByRole('row')[1];
    for (const text of [
      'Open',
      'No token is looked at.',
      'team-a',
      'webshop',
      'main',
      'https://login.example',
      '1 error, 2 warnings',
      '2 hours ago',
    ]) {
      expect(row).toHaveTextContent(text);
    }
    expect(
      within(row).getByRole('link', { name: 'Whole service' }),
    ).toHaveAttribute('href', '/jwt-coverage?view=exceptions&exception=e1');
  });

  it('tells how an unclaimed service is claimed', async () => {
    const user = userEvent.setup();
    renderCoverage({
      api: createFakeCoverageApi({
        listServices: async () => ({ items: [buildUnclaimed()], total: 1 }),
      }),
    });
    await user.click(await screen.findByRole('button', { name: 'Claim it' }));
    const dialog = await screen.findByRole('dialog');
    expect(dialog.querySelector('pre')).toHaveTextContent(
      'metadata: annotations: backstage.io/kubernetes-label-selector: "app=legacy,tier=web" backstage.io/kubernetes-namespace: shop',
    );
    await user.click(
      within(dialog).getByRole('button', { name: 'Copy annotations' }),
    );
    expect(await within(dialog).findByText('Copied')).toBeInTheDocument();
  });

  it('marks what a cluster that is not read said last', async () => {
    renderCoverage({
      api: createFakeCoverageApi({
        listServices: async () => ({
          items: [
            buildCoverageService({
              state: 'enforced',
              stale: {
                since: new Date(Date.now() - 600_000).toISOString(),
                reason: 'connection refused',
              },
            }),
          ],
          total: 1,
        }),
      }),
    });
    const grid = await screen.findByRole('grid', { name: 'Services' });
    expect(
      within(grid).getByText(/Cluster not read since/),
    ).toBeInTheDocument();
    expect(within(grid).getByText('Enforced')).toHaveAttribute(
      'data-tone',
      'neutral',
    );
  });

  it('holds one page of ten thousand, and goes on and back', async () => {
    const user = userEvent.setup();
    const api = createFakeCoverageApi({
      listServices: async (_filter, { limit = 50, cursor } = {}) => {
        const start = Number(cursor ?? 0);
        return {
          items: Array.from({ length: limit }, (_, index) =>
            buildCoverageService({ name: `svc-${start + index}` }),
          ),
          nextCursor: String(start + limit),
          total: 10_000,
        };
      },
    });
    renderCoverage({ api });
    const grid = await screen.findByRole('grid', { name: 'Services' });
    // Roles of so many cells take seconds to compute.
    expect(grid.querySelectorAll('tr')).toHaveLength(51);
    expect(screen.getByText('Services 1 to 50 of 10,000')).toBeInTheDocument();
    await user.click(screen.getByLabelText('Next table page'));
    expect(await screen.findByText('svc-50')).toBeInTheDocument();
    expect(screen.queryByText('svc-0')).not.toBeInTheDocument();
    expect(
      screen.getByText('Services 51 to 100 of 10,000'),
    ).toBeInTheDocument();
    await user.click(screen.getByLabelText('Previous table page'));
    expect(await screen.findByText('svc-0')).toBeInTheDocument();
  });

  it('sorts on the server, and says so in its address', async () => {
    const user = userEvent.setup();
    const api = createFakeCoverageApi();
    renderCoverage({ api });
    await user.click(
      await screen.findByRole('columnheader', { name: 'Owner' }),
    );
    expect(address()).toBe('?sort=owner');
    await waitFor(() =>
      expect(api.listServices).toHaveBeenLastCalledWith(
        {},
        expect.objectContaining({ sort: 'owner', order: 'asc' }),
      ),
    );
  });

  it('reads filters from its address, and takes each away', async () => {
    const user = userEvent.setup();
    const api = createFakeCoverageApi();
    renderCoverage({
      api,
      query: '?owner=&state=open,nonsense&gateway=main/edge/public',
    });
    await waitFor(() =>
      expect(api.listServices).toHaveBeenCalledWith(
        { owner: '', state: ['open'], gateway: 'main/edge/public' },
        expect.anything(),
      ),
    );
    const tags = await screen.findByRole('grid', { name: 'Active filters' });
    expect(within(tags).getByText('Owner: none')).toBeInTheDocument();
    const owner = within(tags).getByRole('row', { name: 'Owner: none' });
    await user.click(within(owner).getByRole('button'));
    expect(address()).toBe('?state=open&gateway=main%2Fedge%2Fpublic');
    await user.click(screen.getByRole('button', { name: 'Clear all' }));
    expect(address()).toBe('');
  });

  it('offers the values that there are', async () => {
    const user = userEvent.setup();
    const api = createFakeCoverageApi({
      listGroups: async by => ({
        by,
        omitted: 0,
        groups:
          by === 'owner'
            ? [{ key: 'group:default/team-b', ...buildCounts({ open: 1 }) }]
            : [],
      }),
    });
    renderCoverage({ api });
    await user.click(
      await screen.findByRole('button', { name: 'More filters' }),
    );
    const field = await screen.findByRole('button', { name: /Owner/ });
    await user.click(field);
    await user.click(await screen.findByRole('option', { name: 'team-b' }));
    expect(address()).toBe('?owner=group%3Adefault%2Fteam-b');
  });

  it('searches once the typing pauses', async () => {
    const api = createFakeCoverageApi();
    renderCoverage({ api });
    await screen.findByRole('grid', { name: 'Services' });
    // Without a pause, which a busy machine makes between the keys of user-event.
    for (const value of ['s', 'shop', 'shop ', 'shop edge']) {
      fireEvent.change(screen.getByRole('searchbox'), { target: { value } });
    }
    await waitFor(() => expect(address()).toBe('?q=shop+edge'));
    const asked = api.listServices.mock.calls.map(([{ q }]) => q);
    expect(new Set(asked)).toEqual(new Set([undefined, 'shop edge']));
  });

  it('never searches for a token', async () => {
    const user = userEvent.setup();
    const api = createFakeCoverageApi();
    renderCoverage({ api });
    await screen.findByRole('grid', { name: 'Services' });
    await user.click(screen.getByRole('searchbox'));
    await user.paste(TOKEN);
    expect(
      await screen.findByText('This looks like a token'),
    ).toBeInTheDocument();
    await new Promise(done => setTimeout(done, 500));
    expect(address()).toBe('');
    expect(JSON.stringify(api.listServices.mock.calls)).not.toContain('eyJ');
  });

  it('says so where nothing fits', async () => {
    const user = userEvent.setup();
    renderCoverage({
      query: '?namespace=nowhere',
      api: createFakeCoverageApi({
        listServices: async ({ namespace }) =>
          namespace
            ? { items: [], total: 0 }
            : { items: [buildCoverageService()], total: 1 },
      }),
    });
    expect(
      await screen.findByText('No service fits all of these filters.'),
    ).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Clear the filters' }));
    expect(
      await screen.findByRole('grid', { name: 'Services' }),
    ).toBeInTheDocument();
  });

  it('can be asked again after a failure', async () => {
    const user = userEvent.setup();
    let failures = 1;
    renderCoverage({
      api: createFakeCoverageApi({
        listServices: async () => {
          if (failures > 0) {
            failures -= 1;
            return refuse(500, 'InternalError', 'The index is broken');
          }
          return { items: [buildCoverageService()], total: 1 };
        },
      }),
    });
    expect(
      await screen.findByText(/Could not load the services/),
    ).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(
      await screen.findByRole('grid', { name: 'Services' }),
    ).toBeInTheDocument();
  });
});

describe('saved views', () => {
  it('keeps filters under a name, and comes back to them', async () => {
    const user = userEvent.setup();
    const storage = mockApis.storage();
    renderCoverage({ storage, query: '?state=open&sort=owner' });
    await user.click(
      await screen.findByRole('button', { name: 'Saved views' }),
    );
    await user.type(await screen.findByLabelText('Save it as'), 'Open ones');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(
      storage.forBucket('istio-jwt-coverage').snapshot('views').value,
    ).toEqual([{ name: 'Open ones', query: 'state=open&sort=owner' }]);
    const link = await screen.findByRole('link', { name: 'Open ones' });
    expect(link).toHaveAttribute('href', '/jwt-coverage?state=open&sort=owner');
    await user.click(screen.getByRole('button', { name: 'Remove Open ones' }));
    expect(await screen.findByText('None yet.')).toBeInTheDocument();
  });

  it('keeps no token', async () => {
    const user = userEvent.setup();
    const storage = mockApis.storage();
    renderCoverage({ storage, query: `?q=${TOKEN}` });
    await user.click(
      await screen.findByRole('button', { name: 'Saved views' }),
    );
    const field = await screen.findByLabelText('Save it as');
    await user.click(field);
    await user.paste(TOKEN);
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
    await user.clear(field);
    await user.type(field, 'All');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    const kept = storage.forBucket('istio-jwt-coverage').snapshot('views');
    expect(kept.value).toEqual([{ name: 'All', query: '' }]);
  });
});

describe('export', () => {
  const saved: { name: string; href: string }[] = [];

  beforeEach(() => {
    saved.length = 0;
    URL.createObjectURL = jest.fn(() => 'blob:1');
    URL.revokeObjectURL = jest.fn();
    jest
      .spyOn(HTMLAnchorElement.prototype, 'click')
      .mockImplementation(function click(this: HTMLAnchorElement) {
        saved.push({ name: this.download, href: this.href });
      });
  });

  afterEach(() => jest.restoreAllMocks());

  it('saves what the filters mean as a file', async () => {
    const user = userEvent.setup();
    const api = createFakeCoverageApi({
      exportServices: async () => new Blob(['title,state\n']),
    });
    renderCoverage({ api, query: '?state=open' });
    await user.click(await screen.findByRole('button', { name: 'Export' }));
    await user.click(await screen.findByRole('menuitem', { name: /SARIF/ }));
    await waitFor(() => expect(saved).toHaveLength(1));
    expect(saved[0].name).toMatch(/^jwt-coverage-\d{4}-\d\d-\d\d\.sarif$/);
    expect(api.exportServices).toHaveBeenCalledWith('sarif', {
      state: ['open'],
    });
  });

  it('says why there is no file', async () => {
    const user = userEvent.setup();
    renderCoverage({
      api: createFakeCoverageApi({
        exportServices: () => refuse(503, 'Unavailable', 'Still counting'),
      }),
    });
    await user.click(await screen.findByRole('button', { name: 'Export' }));
    await user.click(await screen.findByRole('menuitem', { name: /CSV/ }));
    expect(await screen.findByText('The export failed')).toBeInTheDocument();
    expect(screen.getByText('Still counting.')).toBeInTheDocument();
    expect(saved).toEqual([]);
  });
});
