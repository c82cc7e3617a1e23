import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  digestEntityRef,
  ProbeRunSummary,
  STARTED_BY_SCHEDULE,
  StateChange,
} from 'backstage-plugin-istio-jwt-common';
import { FakeSignals } from '../../__testUtils__/FakeSignals';
import { findViolations } from '../../__testUtils__/findViolations';
import {
  buildStatus,
  ENTITY_DIGEST,
  ENTITY_REF,
} from '../../__testUtils__/fixtures';
import { refuse } from '../../__testUtils__/refuse';
import {
  createFakeApi,
  renderWithApi,
} from '../../__testUtils__/renderWithApi';
import { HistorySection } from './HistorySection';

const minutesAgo = (minutes: number) =>
  new Date(Date.now() - minutes * 60_000).toISOString();

const change = (overrides: Partial<StateChange>): StateChange => ({
  entityRef: ENTITY_REF,
  subject: { level: 'entity' },
  from: 'enforced',
  to: 'drift',
  reason: 'The configuration says 403; the gateway answered 200.',
  cause: 'observation',
  at: minutesAgo(5),
  ...overrides,
});

const changes = [
  change({}),
  change({
    subject: {
      level: 'way-in',
      cluster: 'main',
      namespace: 'shop',
      service: 'shop',
      wayInId: 'gw-1',
    },
  }),
  change({
    from: null,
    to: 'enforced',
    cause: 'first-seen',
    at: minutesAgo(90),
  }),
];

const buildSummary = (
  overrides: Partial<ProbeRunSummary>,
): ProbeRunSummary => ({
  id: 'run-1',
  entityRef: ENTITY_REF,
  status: 'done',
  startedAt: minutesAgo(10),
  total: 6,
  counts: { agrees: 6, disagrees: 0, inconclusive: 0, 'not-tested': 0 },
  startedBy: 'user:default/guest',
  ...overrides,
});

const runs = [
  buildSummary({
    id: 'run-2',
    startedAt: minutesAgo(5),
    startedBy: STARTED_BY_SCHEDULE,
    vectors: 'essential',
    counts: { agrees: 4, disagrees: 2, inconclusive: 0, 'not-tested': 0 },
    notes: ['10.0.0.1:80 answered 429: left alone for 2 s.'],
  }),
  buildSummary({}),
];

describe('HistorySection', () => {
  it('shows states and runs in the order of time, and as tables', async () => {
    const { container } = renderWithApi(
      <HistorySection status={buildStatus({ state: 'drift' })} />,
      {
        api: createFakeApi({
          getHistory: async () => ({ items: changes }),
          listProbeRuns: async () => ({ items: runs }),
        }),
      },
    );
    expect(
      await screen.findByText('Drift for 5 minutes, before that enforced.'),
    ).toBeInTheDocument();
    const states = within(
      screen.getByRole('list', { name: /State over time/ }),
    ).getAllByRole('listitem');
    expect(states.map(item => item.textContent)).toEqual([
      expect.stringMatching(/^Enforcedfor 1 hour from/),
      expect.stringMatching(/^Driftsince/),
    ]);
    const strip = within(
      screen.getByRole('list', { name: /Probe runs/ }),
    ).getAllByRole('listitem');
    expect(strip.map(item => item.textContent)).toEqual([
      expect.stringMatching(/^Manual, .*: 6 of 6 agree$/),
      expect.stringMatching(/^Scheduled, .*: 2 of 6 disagree$/),
    ]);
    expect(await findViolations(container)).toEqual([]);

    await userEvent.click(
      screen.getByRole('button', { name: 'Show as tables' }),
    );
    const rows = within(
      screen.getByRole('table', { name: 'Changes of state' }),
    ).getAllByRole('row');
    expect(rows).toHaveLength(4);
    expect(rows[1]).toHaveTextContent('Drift');
    expect(rows[1]).toHaveTextContent('probes');
    expect(rows[2]).toHaveTextContent('Way in gw-1');
    const runRows = within(
      screen.getByRole('table', { name: 'Probe runs' }),
    ).getAllByRole('row');
    expect(runRows[1]).toHaveTextContent('scheduled');
    expect(runRows[1]).toHaveTextContent('answered 429');
    expect(runRows[2]).toHaveTextContent('by user:default/guest');
    expect(await findViolations(container)).toEqual([]);
  });

  it('says that nothing is recorded yet', async () => {
    const { container } = renderWithApi(
      <HistorySection status={buildStatus()} />,
      { api: createFakeApi() },
    );
    expect(
      await screen.findByText(/Nothing is recorded yet/),
    ).toBeInTheDocument();
    expect(screen.queryByRole('button')).not.toBeInTheDocument();
    expect(await findViolations(container)).toEqual([]);
  });

  it('says that it loads', async () => {
    const { container } = renderWithApi(
      <HistorySection status={buildStatus()} />,
      { api: createFakeApi({ getHistory: () => new Promise(() => {}) }) },
    );
    expect(
      await screen.findByRole('status', { name: /loading/ }),
    ).toBeInTheDocument();
    expect(await findViolations(container)).toEqual([]);
  });

  it('says why it could not be read, and tries again when asked', async () => {
    let works = false;
    const { container } = renderWithApi(
      <HistorySection status={buildStatus()} />,
      {
        api: createFakeApi({
          getHistory: async () =>
            works
              ? { items: changes }
              : refuse(503, 'ServiceUnavailableError', 'The database is away'),
        }),
      },
    );
    expect(await screen.findByText('The database is away')).toBeInTheDocument();
    expect(await findViolations(container)).toEqual([]);
    works = true;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText(/Drift for/)).toBeInTheDocument();
  });

  it('follows the signal of a change of its own entity', async () => {
    const signals = new FakeSignals();
    const api = createFakeApi({
      getHistory: async () => ({ items: [changes[2]] }),
    });
    renderWithApi(<HistorySection status={buildStatus()} />, { api, signals });
    await screen.findByText(/Enforced for 1 hour/);
    api.getHistory.mockResolvedValue({ items: changes });
    signals.send({
      type: 'history-changed',
      entity: digestEntityRef('component:default/x'),
    });
    signals.send({ type: 'history-changed', entity: ENTITY_DIGEST });
    expect(await screen.findByText(/Drift for/)).toBeInTheDocument();
    await waitFor(() => expect(api.getHistory).toHaveBeenCalledTimes(2));
  });
});
