import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ProbeRun } from 'backstage-plugin-istio-jwt-common';
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
  ENTITY_REF,
} from '../../__testUtils__/fixtures';
import { refuse } from '../../__testUtils__/refuse';
import {
  createFakeApi,
  renderWithApi,
} from '../../__testUtils__/renderWithApi';
import { EntityIstioJwtContent } from './EntityIstioJwtContent';

const progress = (done: number, total: number) =>
  ({
    type: 'probe-progress',
    entity: ENTITY_DIGEST,
    done,
    total,
  } as const);

describe('EntityIstioJwtContent', () => {
  it('draws each way in from the client to the service', async () => {
    renderWithApi(<EntityIstioJwtContent />, {
      api: createFakeApi({ getStatus: async () => buildStatus() }),
    });
    const path = await screen.findByRole('list', {
      name: 'Path of a request to http://shop.example/api/*',
    });
    const steps = within(path)
      .getAllByRole('listitem')
      .filter(item => item.parentElement === path)
      .map(item => item.textContent);
    expect(steps).toEqual([
      'ClientOutside the mesh',
      'Gatewayistio-system/istio-ingressgateway, port 8080Validateingress-jwtALLOWrequire-jwtdry run',
      'VirtualServiceshop/shop-routes',
      'Sidecarshop/shop, port 8081No policies',
      'Serviceshop/shop, port 80',
    ]);
  });

  it('shows what passes, as a request to try', async () => {
    const { container } = renderWithApi(<EntityIstioJwtContent />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({
            state: 'validated-only',
            lastRun: buildRun(),
            services: [
              buildService({
                state: 'validated-only',
                waysIn: [
                  buildWayIn({
                    state: 'validated-only',
                    uncertain: ['An EnvoyFilter changes the gateway.'],
                    exposures: [
                      {
                        summary: 'any method on any path from anyone',
                        witness: { port: 8080, path: '/api/x' },
                        everything: true,
                        admittedBy: {
                          kind: 'AuthorizationPolicy',
                          namespace: 'shop',
                          name: 'allow-all',
                        },
                      },
                    ],
                  }),
                ],
                findings: [
                  {
                    id: 'not-required',
                    severity: 'error',
                    title: 'No token is required',
                    message: '`ingress-jwt` checks only.',
                    fix: 'Add an AuthorizationPolicy.',
                    patch: {
                      target: {
                        apiVersion: 'security.istio.io/v1',
                        kind: 'RequestAuthentication',
                        namespace: 'istio-system',
                        name: 'ingress-jwt',
                      },
                      operations: [
                        {
                          op: 'add',
                          path: '/spec/jwtRules/0/audiences',
                          value: ['shop'],
                        },
                      ],
                    },
                  },
                ],
              }),
            ],
            policies: [
              {
                cluster: 'main',
                ref: {
                  kind: 'RequestAuthentication',
                  namespace: 'istio-system',
                  name: 'ingress-jwt',
                },
                yaml: 'kind: RequestAuthentication\n',
              },
            ],
          }),
      }),
    });
    expect(
      await screen.findByText('No token is needed here.'),
    ).toBeInTheDocument();
    expect(
      screen.getByText(
        "curl -i --connect-to '::10.0.0.1:30080' 'http://shop.example/api/x'",
      ),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/admitted by AuthorizationPolicy shop\/allow-all/),
    ).toBeInTheDocument();
    expect(
      screen.getByText('An EnvoyFilter changes the gateway.'),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('heading', { name: 'No token is required' }),
    ).toBeInTheDocument();
    expect(
      screen.getByText('Add an AuthorizationPolicy.', { exact: false }),
    ).toBeInTheDocument();
    expect(screen.getByText('spec.jwtRules[0].audiences')).toBeInTheDocument();
    expect(
      screen.getByText(/^kubectl patch requestauthentication/),
    ).toHaveTextContent('ingress-jwt -n istio-system --type=json');
    expect(await findViolations(container)).toEqual([]);
  });

  it('shows a policy’s YAML on demand', async () => {
    const user = userEvent.setup();
    renderWithApi(<EntityIstioJwtContent />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({
            policies: [
              {
                cluster: 'main',
                ref: { kind: 'AuthorizationPolicy', name: 'deny' },
                yaml: 'kind: AuthorizationPolicy\n',
              },
            ],
          }),
      }),
    });
    await user.click(await screen.findByRole('button', { name: /^deny/ }));
    await waitFor(() =>
      expect(document.querySelector('pre')).toHaveTextContent(
        'kind: AuthorizationPolicy',
      ),
    );
  });

  it('holds expected against observed, disagreements first and in words', async () => {
    renderWithApi(<EntityIstioJwtContent />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({
            services: [
              buildService({
                waysIn: [
                  buildWayIn(),
                  buildWayIn({ id: 'gw-2', host: 'two.example' }),
                ],
              }),
            ],
            lastRun: buildRun({
              total: 5,
              targets: [],
              observations: [
                buildObservation(),
                buildObservation({
                  vector: 'valid-token',
                  title: 'Valid token',
                  outdated: true,
                }),
                buildObservation({
                  wayInId: 'gw-2',
                  result: 'disagrees',
                  observed: { kind: 'answer', status: 200, durationMs: 9 },
                }),
                buildObservation({
                  wayInId: 'gw-2',
                  vector: 'expired',
                  title: 'Expired token',
                  result: 'inconclusive',
                  observed: {
                    kind: 'error',
                    code: 'ECONNRESET',
                    message: 'The connection was reset',
                  },
                }),
                buildObservation({
                  wayInId: 'gw-2',
                  vector: 'valid-token',
                  title: 'Valid token',
                  result: 'not-tested',
                  observed: { kind: 'not-tested', reason: 'No token source.' },
                }),
              ],
            }),
          }),
      }),
    });
    const tables = await screen.findAllByRole('table', { name: /Probes of/ });
    expect(tables[0]).toHaveAccessibleName(
      expect.stringContaining('Probes of http://two.example/api/*'),
    );
    const [, disagrees, inconclusive, untested] = within(
      tables[0],
    ).getAllByRole('row');
    expect(
      within(disagrees).getByRole('rowheader', { name: /No token/ }),
    ).toBeInTheDocument();
    expect(disagrees).toHaveTextContent('200');
    expect(within(disagrees).getByText('Disagrees')).toBeInTheDocument();
    expect(disagrees).toHaveTextContent('No ALLOW rule matches.');
    expect(inconclusive).toHaveTextContent(
      'The connection was reset (ECONNRESET)',
    );
    expect(untested).toHaveTextContent('No token source.');
    expect(tables[1]).toHaveTextContent(
      'Outdated: the configuration changed since',
    );
    expect(screen.getByRole('alert')).toHaveTextContent(
      'Live answers disagree with the configuration',
    );
  });

  it('says who asked from inside the mesh, and how requests went', async () => {
    const service = { cluster: 'main', namespace: 'shop', name: 'shop' };
    const callers = ['frontend', 'stranger'].map(
      name => `cluster.local/ns/shop/sa/${name}`,
    );
    renderWithApi(<EntityIstioJwtContent />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({
            services: [buildService({ waysIn: [buildWayIn()] })],
            lastRun: buildRun({
              total: 2,
              targets: callers.map((caller, index) => ({
                wayInId: 'gw-1',
                service,
                through: `curl in Pod shop/p-${index}, as ${caller}`,
                tried: [],
                ...(index === 0 ? { omitted: 7 } : {}),
              })),
              observations: callers.map(caller =>
                buildObservation({ caller, result: 'disagrees' }),
              ),
            }),
          }),
      }),
    });
    const table = await screen.findByRole('table', { name: /Probes of/ });
    callers.forEach((caller, index) => {
      expect(
        within(table).getByRole('row', { name: new RegExp(caller) }),
      ).toBeInTheDocument();
      expect(
        screen.getByText(`Sent by curl in Pod shop/p-${index}, as ${caller}`),
      ).toBeInTheDocument();
      expect(screen.getByRole('alert')).toHaveTextContent(`from ${caller}`);
    });
    expect(
      screen.getByText(/^7 more probes were left out/),
    ).toBeInTheDocument();
  });

  it('folds subjects in which there is nothing to look at, and filters', async () => {
    const user = userEvent.setup();
    renderWithApi(<EntityIstioJwtContent />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({
            lastRun: buildRun({
              observations: [
                buildObservation({ group: 'credentials' }),
                buildObservation({ group: 'form', title: 'A word' }),
                buildObservation({
                  group: 'claims',
                  title: 'Expired token',
                  result: 'disagrees',
                }),
                buildObservation({
                  group: 'claims',
                  title: 'Token for another audience',
                  result: 'not-tested',
                  observed: { kind: 'not-tested', reason: 'Cancelled.' },
                }),
              ],
            }),
          }),
      }),
    });
    expect(await screen.findByText('No token')).toBeInTheDocument();
    expect(screen.getByText('Expired token')).toBeInTheDocument();
    expect(screen.getByText('1 disagree, 1 not tested')).toBeInTheDocument();
    expect(screen.queryByText('A word')).not.toBeInTheDocument();
    await user.click(screen.getByText('Texts that are no JWT'));
    expect(await screen.findByText('A word')).toBeInTheDocument();

    await user.click(screen.getByRole('radio', { name: 'Not tested (1)' }));
    expect(screen.getByText('Token for another audience')).toBeInTheDocument();
    expect(screen.queryByText('Expired token')).not.toBeInTheDocument();
  });

  it('says once why a way in was not probed at all', async () => {
    const untested = (vector: string) =>
      buildObservation({
        vector,
        result: 'not-tested',
        observed: { kind: 'not-tested', reason: 'Inside the mesh.' },
      });
    renderWithApi(<EntityIstioJwtContent />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({
            lastRun: buildRun({
              observations: [untested('a'), untested('b')],
            }),
          }),
      }),
    });
    expect(
      await screen.findByText('2 probes were not sent: Inside the mesh.'),
    ).toBeInTheDocument();
  });

  it('shows live progress, by signals, until the run is over', async () => {
    const user = userEvent.setup();
    const signals = new FakeSignals();
    let current: ProbeRun = buildRun({
      status: 'running',
      observations: [],
      total: 2,
    });
    const api = createFakeApi({
      getStatus: async () =>
        buildStatus({
          lastRun: current.status === 'running' ? undefined : current,
        }),
      startProbeRun: async () => current,
      getProbeRun: async () => current,
    });
    renderWithApi(<EntityIstioJwtContent />, { api, signals });
    await user.click(await screen.findByRole('button', { name: 'Run probes' }));
    const bar = await screen.findByRole('progressbar', { name: 'Probes done' });
    expect(bar).toHaveAttribute('max', '2');

    current = { ...current, observations: [buildObservation()] };
    signals.send(progress(1, 2));
    await waitFor(() => expect(bar).toHaveAttribute('value', '1'));
    expect(screen.getAllByText('1 of 2 probes done').length).toBeGreaterThan(0);
    expect(screen.getByText('Agrees')).toBeInTheDocument();

    current = {
      ...current,
      status: 'done',
      observations: [
        buildObservation(),
        buildObservation({ vector: 'expired', title: 'Expired token' }),
      ],
    };
    signals.send(progress(2, 2));
    await waitFor(() => expect(bar).not.toBeInTheDocument());
    expect(
      screen.getByText('Probes are over: 2 of 2 agree'),
    ).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Run probes' })).toBeEnabled();
  });

  it('follows a run that is under way already, without signals', async () => {
    const running = buildRun({ status: 'running', observations: [], total: 1 });
    const api = createFakeApi({
      getStatus: async () => buildStatus({ lastRun: running }),
      getProbeRun: async () => buildRun(),
    });
    renderWithApi(<EntityIstioJwtContent />, { api });
    expect(
      await screen.findByRole('button', { name: 'Stop probes' }),
    ).toBeInTheDocument();
    expect(
      await screen.findByRole('button', { name: 'Run probes' }),
    ).toBeInTheDocument();
  });

  it('stops a run', async () => {
    const user = userEvent.setup();
    const signals = new FakeSignals();
    const running = buildRun({ status: 'running', observations: [], total: 9 });
    let current = running;
    const api = createFakeApi({
      getStatus: async () => buildStatus({ lastRun: current }),
      getProbeRun: async () => current,
      cancelProbeRun: async () => running,
    });
    renderWithApi(<EntityIstioJwtContent />, { api, signals });
    await user.click(
      await screen.findByRole('button', { name: 'Stop probes' }),
    );
    expect(api.cancelProbeRun).toHaveBeenCalledWith(ENTITY_REF, 'run-1');
    current = buildRun({ status: 'failed', error: 'Cancelled by guest.' });
    signals.send(progress(0, 9));
    expect(await screen.findByText('Cancelled by guest.')).toBeInTheDocument();
  });

  it('lets a run go on that began by itself under the pointer', async () => {
    const user = userEvent.setup();
    const signals = new FakeSignals();
    const running = buildRun({ status: 'running', observations: [], total: 9 });
    const api = createFakeApi({
      getProbeRun: async () => running,
      cancelProbeRun: async () => running,
    });
    api.getStatus.mockResolvedValueOnce(buildStatus());
    api.getStatus.mockResolvedValue(
      buildStatus({ lastRun: running, revision: 'r2' }),
    );
    renderWithApi(<EntityIstioJwtContent />, { api, signals });
    const button = await screen.findByRole('button', { name: 'Run probes' });
    signals.send({
      type: 'status-changed',
      entity: ENTITY_DIGEST,
      revision: 'r2',
    });
    await waitFor(() => expect(button).toHaveAccessibleName('Stop probes'));
    await user.click(button);
    expect(api.cancelProbeRun).not.toHaveBeenCalled();
    expect(api.startProbeRun).not.toHaveBeenCalled();
    await waitFor(
      async () => {
        await user.click(button);
        expect(api.cancelProbeRun).toHaveBeenCalledWith(ENTITY_REF, 'run-1');
      },
      { interval: 200 },
    );
  });

  it('says why probes could not be started', async () => {
    const user = userEvent.setup();
    const api = createFakeApi({
      getStatus: async () => buildStatus(),
      startProbeRun: () =>
        refuse(429, 'TooManyRequestsError', 'Try again in 5 s.'),
    });
    renderWithApi(<EntityIstioJwtContent />, { api });
    await user.click(await screen.findByRole('button', { name: 'Run probes' }));
    expect(await screen.findByText('Try again in 5 s.')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Run probes' })).toBeEnabled();
  });

  it('lets go of a run that the backend lost', async () => {
    const api = createFakeApi({
      getProbeRun: () => refuse(404, 'NotFoundError', 'No probe run'),
    });
    const running = buildRun({ status: 'running', observations: [], total: 9 });
    api.getStatus.mockResolvedValueOnce(buildStatus({ lastRun: running }));
    api.getStatus.mockResolvedValue(buildStatus());
    renderWithApi(<EntityIstioJwtContent />, { api });
    expect(await screen.findByText(/The run was lost/)).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Run probes' })).toBeEnabled();
  });

  it('explains why probes may not be run', async () => {
    renderWithApi(<EntityIstioJwtContent />, {
      api: createFakeApi({
        getStatus: async () => buildStatus({ canRunProbes: false }),
      }),
    });
    const button = await screen.findByRole('button', { name: 'Run probes' });
    expect(button).toBeDisabled();
    expect(button).toHaveAccessibleDescription(
      /permission istio-jwt\.probe\.run/,
    );
  });

  it('collapses 200 ways in and shows all on demand', async () => {
    const user = userEvent.setup();
    const waysIn = Array.from({ length: 200 }, (_, index) =>
      buildWayIn({
        id: `gw-${index}`,
        host: `h${index}.example`,
        state: index === 150 ? 'open' : 'enforced',
        hops: [],
      }),
    );
    renderWithApi(<EntityIstioJwtContent />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({ services: [buildService({ waysIn })] }),
      }),
    });
    const shown = () =>
      screen.getAllByRole('heading', { name: /^http:\/\/h\d+\.example/ });
    expect(
      await screen.findByRole('heading', { name: /h150\.example/ }),
    ).toBeInTheDocument();
    expect(shown()).toHaveLength(5);
    await user.click(
      screen.getByRole('button', { name: /Show all 200 ways in/ }),
    );
    expect(shown()).toHaveLength(200);
  });

  it('gives each of several services a section of its own', async () => {
    renderWithApi(<EntityIstioJwtContent />, {
      api: createFakeApi({
        getStatus: async () =>
          buildStatus({
            services: [
              buildService(),
              buildService({ name: 'admin', state: 'open' }),
            ],
          }),
      }),
    });
    await screen.findByRole('region', { name: 'Ways in to shop/admin' });
    expect(
      screen
        .getAllByRole('region', { name: /Ways in to/ })
        .map(region => within(region).getByRole('heading', { level: 2 }))
        .map(heading => heading.textContent),
    ).toEqual(['Ways in to shop/admin', 'Ways in to shop/shop']);
  });

  it('says what it cannot show', async () => {
    renderWithApi(<EntityIstioJwtContent />, {
      api: createFakeApi({
        getStatus: () => refuse(403, 'NotAllowedError', 'No.'),
        getClusters: async () => [buildFreshness({ sandbox: true })],
      }),
    });
    expect(
      await screen.findByText('You may not see this entity’s JWT protection'),
    ).toBeInTheDocument();
    expect(await screen.findByText('Sandbox')).toBeInTheDocument();
  });
});
