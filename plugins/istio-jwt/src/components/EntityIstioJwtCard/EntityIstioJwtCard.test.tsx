import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Finding } from 'istio-jwt-policy-engine';
import { FakeSignals } from '../../__testUtils__/FakeSignals';
import { findViolations } from '../../__testUtils__/findViolations';
import {
  buildFreshness,
  buildObservation,
  buildRun,
  buildService,
  buildStatus,
  buildWayIn,
  ENTITY_DIGEST,
} from '../../__testUtils__/fixtures';
import { refuse } from '../../__testUtils__/refuse';
import {
  createFakeApi,
  renderWithApi,
} from '../../__testUtils__/renderWithApi';
import { EntityIstioJwtCard } from './EntityIstioJwtCard';

function renderFindings(...findings: Finding[]) {
  return renderWithApi(<EntityIstioJwtCard />, {
    api: createFakeApi({
      getStatus: async () =>
        buildStatus({ services: [buildService({ findings })] }),
    }),
  });
}

describe('EntityIstioJwtCard', () => {
  it('shows a skeleton while it loads', async () => {
    renderWithApi(<EntityIstioJwtCard />, {
      api: createFakeApi({ getStatus: () => new Promise(() => {}) }),
    });
    expect(
      await screen.findByRole('status', { name: 'Loading JWT protection' }),
    ).toBeInTheDocument();
  });

  it('shows state, reason, verdict, issuer, ways in and one action', async () => {
    const { container } = renderWithApi(<EntityIstioJwtCard />, {
      api: createFakeApi({ getStatus: async () => buildStatus() }),
    });
    expect(
      await screen.findByText('A valid token is required.'),
    ).toBeInTheDocument();
    for (const badge of screen.getAllByText('Enforced')) {
      expect(badge).toHaveAttribute('data-tone', 'success');
    }
    expect(
      screen.getByText(/Every way in needs a valid token\./),
    ).toBeInTheDocument();
    expect(screen.getByText('No probes yet')).toBeInTheDocument();
    expect(screen.getByText('https://login.example')).toBeInTheDocument();
    expect(screen.getByText('http://shop.example/api/*')).toBeInTheDocument();
    expect(screen.getByText(/Cluster main in sync/)).toBeInTheDocument();
    expect(screen.getAllByRole('button')).toHaveLength(1);
    expect(screen.getByRole('button', { name: 'Run probes' })).toBeEnabled();
    expect(screen.queryByText('Sandbox')).not.toBeInTheDocument();
    expect(await findViolations(container)).toEqual([]);
  });

  it('says in words that no token is needed', async () => {
    renderWithApi(<EntityIstioJwtCard />, {
      api: createFakeApi({
        getStatus: async () => buildStatus({ state: 'validated-only' }),
      }),
    });
    expect(await screen.findByText(/No token is needed/)).toBeInTheDocument();
  });

  it('says which annotations are missing, and copies them', async () => {
    const user = userEvent.setup();
    const { container } = renderWithApi(<EntityIstioJwtCard />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({
            services: [],
            freshness: [],
            problems: [
              {
                code: 'no-annotations',
                message: 'This entity does not say which Services it has.',
                fix: 'Add one.',
              },
            ],
          }),
        getClusters: async () => [buildFreshness({ sandbox: true })],
      }),
    });
    expect(
      await screen.findByText(
        'This entity does not say which Services it has.',
      ),
    ).toBeInTheDocument();
    expect(await screen.findByText('Sandbox')).toBeInTheDocument();
    expect(await findViolations(container)).toEqual([]);
    // jsdom's clipboard cannot be read back.
    const writeText = jest
      .spyOn(navigator.clipboard, 'writeText')
      .mockResolvedValueOnce()
      .mockRejectedValueOnce(new Error('not allowed'));
    const copy = screen.getByRole('button', { name: 'Copy annotations' });
    await user.click(copy);
    expect(await screen.findByText('Copied')).toBeInTheDocument();
    expect(writeText.mock.calls[0][0]).toContain(
      'backstage.io/kubernetes-label-selector: app=shop',
    );
    await user.click(copy);
    expect(await screen.findByText(/Not copied/)).toBeInTheDocument();
  });

  it('says why nothing matches', async () => {
    renderWithApi(<EntityIstioJwtCard />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({
            services: [],
            problems: [
              {
                code: 'no-match',
                message: 'No Service has the labels app=shop.',
                fix: 'Correct the annotation.',
              },
            ],
          }),
      }),
    });
    expect(
      await screen.findByText('No Service has the labels app=shop.'),
    ).toBeInTheDocument();
    expect(screen.getByText('Correct the annotation.')).toBeInTheDocument();
    expect(screen.queryByText('Enforced')).not.toBeInTheDocument();
  });

  it('says that it may not be seen', async () => {
    renderWithApi(<EntityIstioJwtCard />, {
      api: createFakeApi({
        getStatus: () =>
          refuse(403, 'NotAllowedError', 'The permission is missing.'),
      }),
    });
    expect(
      await screen.findByText('You may not see this entity’s JWT protection'),
    ).toBeInTheDocument();
    expect(screen.queryByRole('button')).not.toBeInTheDocument();
  });

  it('offers to try again after an error', async () => {
    const user = userEvent.setup();
    const api = createFakeApi();
    api.getStatus.mockRejectedValueOnce(new Error('connection refused'));
    api.getStatus.mockResolvedValueOnce(buildStatus());
    renderWithApi(<EntityIstioJwtCard />, { api });
    expect(await screen.findByText(/connection refused/)).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(
      await screen.findByText('A valid token is required.'),
    ).toBeInTheDocument();
  });

  it('says since when it is served from memory', async () => {
    const since = new Date(Date.now() - 12 * 60_000).toISOString();
    renderWithApi(<EntityIstioJwtCard />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({
            freshness: [
              buildFreshness({
                state: { kind: 'stale', since, reason: 'Connection refused.' },
                missingKinds: [
                  {
                    kind: 'EnvoyFilter',
                    reason: 'forbidden',
                    fix: 'Grant list and watch.',
                  },
                ],
              }),
            ],
          }),
      }),
    });
    const banner = await screen.findByText(/Served from memory: cluster main/);
    expect(banner).toHaveTextContent('last in sync 12 minutes ago');
    expect(screen.getByText(/Connection refused\./)).toBeInTheDocument();
    expect(screen.getByText('Grant list and watch.')).toBeInTheDocument();
    expect(
      screen.getByText('When last read: A valid token is required.'),
    ).toBeInTheDocument();
    // Nobody knows what holds now, so nothing is green.
    expect(screen.getByText(/Enforced when last read/)).toBeInTheDocument();
    for (const badge of screen.getAllByText(/^Enforced/)) {
      expect(badge).toHaveAttribute('data-tone', 'neutral');
    }
  });

  it('says that a cluster is still being read', async () => {
    renderWithApi(<EntityIstioJwtCard />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({
            services: [],
            freshness: [buildFreshness({ state: { kind: 'syncing' } })],
          }),
      }),
    });
    expect(
      await screen.findByText('Reading cluster main for the first time'),
    ).toBeInTheDocument();
  });

  it('marks the sandbox', async () => {
    renderWithApi(<EntityIstioJwtCard />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({ freshness: [buildFreshness({ sandbox: true })] }),
      }),
    });
    expect(await screen.findByText('Sandbox')).toBeInTheDocument();
  });

  it('lists the worst of several services first', async () => {
    renderWithApi(<EntityIstioJwtCard />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({
            state: 'open',
            services: [
              buildService(),
              buildService({ name: 'admin', state: 'open' }),
            ],
            problems: [
              {
                code: 'several-services',
                message: '2 Services match.',
                fix: 'Narrow the search.',
              },
            ],
          }),
      }),
    });
    expect(await screen.findByText('2 Services match.')).toBeInTheDocument();
    const rows = screen.getAllByRole('listitem');
    expect(rows[0]).toHaveTextContent('to shop/adminOpen');
    expect(rows[1]).toHaveTextContent('to shop/shopEnforced');
  });

  it('shows five of 200 ways in, the worst first, and leads to the rest', async () => {
    const waysIn = Array.from({ length: 200 }, (_, index) =>
      buildWayIn({
        id: `gw-${index}`,
        host: `h${index}.example`,
        state: index === 150 ? 'open' : 'enforced',
      }),
    );
    renderWithApi(<EntityIstioJwtCard />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({ services: [buildService({ waysIn })] }),
      }),
    });
    expect(
      await screen.findByText('http://h150.example/api/*'),
    ).toBeInTheDocument();
    expect(screen.getAllByText(/^http:\/\/h\d+\.example/)).toHaveLength(5);
    expect(
      screen.getByRole('link', { name: 'Show all 200 ways in' }),
    ).toHaveAttribute('href', '/jwt-tab');
  });

  it('makes a disagreement the headline', async () => {
    renderWithApi(<EntityIstioJwtCard />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({
            state: 'drift',
            services: [
              buildService({
                state: 'drift',
                waysIn: [buildWayIn({ state: 'drift', verdict: 'enforced' })],
              }),
            ],
            lastRun: buildRun({
              observations: [
                buildObservation({
                  result: 'disagrees',
                  observed: { kind: 'answer', status: 200, durationMs: 3 },
                }),
              ],
            }),
          }),
      }),
    });
    const headline = await screen.findByRole('alert');
    expect(headline).toHaveTextContent(
      'Live answers disagree with the configuration',
    );
    expect(headline).toHaveTextContent('expected 403, observed 200');
    const verdict = screen.getByText('Verdict').parentElement!;
    expect(within(verdict).getByText('Enforced')).toBeInTheDocument();
    expect(screen.getByText('1 of 1 disagrees')).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'Open the JWT tab' }),
    ).toHaveAttribute('href', '/jwt-tab');
  });

  it('names errors and warnings once each, and no notes', async () => {
    const finding = (
      title: string,
      severity: Finding['severity'],
    ): Finding => ({
      id: 'some-finding',
      severity,
      title,
      message: 'Something is so.',
      fix: 'Mend it.',
    });
    renderFindings(
      finding('A hint', 'info'),
      finding('A host is compared without its port', 'warning'),
      finding('A path can never match', 'error'),
      finding('A path can never match', 'error'),
    );
    const title = await screen.findByRole('heading', { name: 'Findings' });
    expect(title.nextSibling).toHaveTextContent(
      'Error A path can never matchWarning A host is compared without its port',
    );
    expect(screen.queryByText(/A hint/)).not.toBeInTheDocument();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('says of a service whose tokens everybody can sign that it is not protected', async () => {
    const message =
      'RequestAuthentication shop/jwt trusts key "a", whose private part stands in RFC 7515, appendix A.2.';
    const { container } = renderFindings({
      id: 'jwks-known-key',
      severity: 'error',
      title: 'Everybody can sign tokens',
      message,
      fix: 'Trust the key set of your own issuer.',
    });
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent(message);
    expect(alert).toHaveTextContent('a token of this issuer protects nothing');
    expect(await findViolations(container)).toEqual([]);
  });

  it('follows a change without a reload and announces it', async () => {
    const signals = new FakeSignals();
    const api = createFakeApi();
    api.getStatus.mockResolvedValueOnce(buildStatus());
    api.getStatus.mockResolvedValueOnce(
      buildStatus({ revision: 'r2', state: 'open' }),
    );
    const { unmount } = renderWithApi(<EntityIstioJwtCard />, { api, signals });
    await screen.findByText('A valid token is required.');
    signals.send({
      type: 'status-changed',
      entity: ENTITY_DIGEST,
      revision: 'r2',
    });
    expect(
      await screen.findByText(/went from Enforced to Open/),
    ).toBeInTheDocument();
    expect(api.getStatus).toHaveBeenCalledTimes(2);
    unmount();
    expect(signals.listenerCount).toBe(0);
  });

  it('keeps what it knows when a refresh fails', async () => {
    const signals = new FakeSignals();
    const api = createFakeApi();
    api.getStatus.mockResolvedValueOnce(buildStatus());
    api.getStatus.mockRejectedValueOnce(new Error('connection refused'));
    renderWithApi(<EntityIstioJwtCard />, { api, signals });
    await screen.findByText('A valid token is required.');
    signals.send({
      type: 'status-changed',
      entity: ENTITY_DIGEST,
      revision: 'r2',
    });
    expect(
      await screen.findByText('This page is not being refreshed'),
    ).toBeInTheDocument();
    expect(
      screen.getByText('When last read: A valid token is required.'),
    ).toBeInTheDocument();
  });

  it('runs probes and offers the tab once they are over', async () => {
    const user = userEvent.setup();
    const signals = new FakeSignals();
    const done = buildRun();
    const api = createFakeApi({
      startProbeRun: async () =>
        buildRun({ status: 'running', observations: [], total: 1 }),
      getProbeRun: async () => done,
    });
    api.getStatus.mockResolvedValueOnce(buildStatus());
    api.getStatus.mockResolvedValue(buildStatus({ lastRun: done }));
    renderWithApi(<EntityIstioJwtCard />, { api, signals });
    await user.click(await screen.findByRole('button', { name: 'Run probes' }));
    expect(
      await screen.findByRole('button', { name: 'Stop probes' }),
    ).toBeInTheDocument();
    signals.send({
      type: 'probe-progress',
      entity: ENTITY_DIGEST,
      done: 1,
      total: 1,
    });
    expect(
      await screen.findByRole('link', { name: 'Open the JWT tab' }),
    ).toBeInTheDocument();
    expect(
      screen.getByText('Probes are over: 1 of 1 agrees'),
    ).toBeInTheDocument();
    await waitFor(() => expect(api.getStatus).toHaveBeenCalledTimes(2));
  });

  it('leads to the tab where probes are not allowed', async () => {
    renderWithApi(<EntityIstioJwtCard />, {
      api: createFakeApi({
        getStatus: async () => buildStatus({ canRunProbes: false }),
      }),
    });
    expect(
      await screen.findByRole('link', { name: 'Open the JWT tab' }),
    ).toBeInTheDocument();
    expect(screen.queryByRole('button')).not.toBeInTheDocument();
  });
});
