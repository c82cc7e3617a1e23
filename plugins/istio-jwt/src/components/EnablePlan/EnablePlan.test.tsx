import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  buildEnablement,
  buildOptions,
  buildPlan,
  buildServiceOption,
  ENABLEMENT_ID,
  PLAN_ID,
} from '../../__testUtils__/enablementFixtures';
import { findViolations } from '../../__testUtils__/findViolations';
import { buildStatus, ENTITY_REF } from '../../__testUtils__/fixtures';
import { refuse } from '../../__testUtils__/refuse';
import {
  createFakeApi,
  renderWithApi,
} from '../../__testUtils__/renderWithApi';
import { IstioJwtApi } from '../../api';
import { EntityIstioJwtContent } from '../EntityIstioJwtContent';
import { forgetKept } from './useKept';

beforeEach(forgetKept);

function open(
  answers: Partial<IstioJwtApi> = {},
  at = '/?jwt=enable',
): ReturnType<typeof createFakeApi> & { container: Element } {
  const api = createFakeApi({
    getStatus: async () => buildStatus({ state: 'open' }),
    ...answers,
  });
  const { container } = renderWithApi(<EntityIstioJwtContent />, { api, at });
  return Object.assign(api, { container });
}

async function makePlan() {
  await userEvent.click(await screen.findByRole('radio', { name: /^company/ }));
  await userEvent.click(screen.getByRole('button', { name: 'Make a plan' }));
}

describe('Planning', () => {
  it('plans what was chosen, typed and proposed', async () => {
    const api = open({ createEnablementPlan: async () => buildPlan() });
    const wayIn = await screen.findByRole('checkbox', {
      name: /https:\/\/shop\.example/,
    });
    expect(wayIn).toBeChecked();
    expect(
      screen.getByRole('checkbox', { name: /TCP port no token/ }),
    ).toBeDisabled();
    expect(
      screen.getByRole('checkbox', { name: /Needs a plan of its own/ }),
    ).toBeDisabled();
    await userEvent.click(screen.getByRole('checkbox', { name: /\/healthz/ }));
    await userEvent.type(
      screen.getByRole('textbox', { name: 'Another path' }),
      '/public/*{Enter}',
    );
    await userEvent.type(
      screen.getByRole('textbox', { name: 'Another path' }),
      '/robots.txt',
    );
    await userEvent.click(screen.getByRole('radio', { name: /Refuse them/ }));
    await makePlan();
    expect(api.createEnablementPlan).toHaveBeenCalledWith(ENTITY_REF, {
      intent: 'enable',
      service: { cluster: 'main', namespace: 'shop', name: 'shop' },
      waysIn: ['gw-1'],
      issuer: 'company',
      exemptPaths: ['/healthz', '/public/*', '/robots.txt'],
      preflights: 'refuse',
    });
    expect(
      await screen.findByRole('region', { name: 'The plan' }),
    ).toHaveTextContent('A DENY for these hosts on a shared gateway');
    expect(await findViolations(api.container)).toEqual([]);
  });

  it('plans a route for a new host at a gateway', async () => {
    const service = buildServiceOption({
      gateways: [
        {
          id: 'istio.edge.shared.443.0',
          by: 'istio',
          namespace: 'edge',
          name: 'shared',
          port: 443,
          protocol: 'https',
          hosts: ['*.apps.example', 'shop.example'],
          allowedHosts: ['*.apps.example'],
        },
      ],
    });
    const api = open({
      getEnablementOptions: async () => buildOptions({ services: [service] }),
      createEnablementPlan: async () => buildPlan(),
    });
    await userEvent.click(
      await screen.findByRole('radio', { name: /A new host/ }),
    );
    expect(
      screen.queryByRole('checkbox', { name: /https:\/\/shop\.example/ }),
    ).toBeNull();
    const host = screen.getByRole('textbox', { name: 'Host' });
    expect(host).toHaveAccessibleDescription(
      'The portal may create *.apps.example. The gateway takes *.apps.example, shop.example.',
    );
    await userEvent.type(host, 'https://x');
    await makePlan();
    expect(host).toBeInvalid();
    expect(api.createEnablementPlan).not.toHaveBeenCalled();
    await userEvent.clear(host);
    await userEvent.type(host, 'new.apps.example');
    await makePlan();
    expect(api.createEnablementPlan).toHaveBeenCalledWith(ENTITY_REF, {
      intent: 'enable',
      service: { cluster: 'main', namespace: 'shop', name: 'shop' },
      waysIn: [],
      route: {
        host: 'new.apps.example',
        gateway: 'istio.edge.shared.443.0',
        port: 80,
      },
      issuer: 'company',
      exemptPaths: [],
      preflights: 'let-through',
    });
    expect(await findViolations(api.container)).toEqual([]);
  });

  it('says at once what is wrong with a path, and what is missing', async () => {
    const api = open();
    const path = await screen.findByRole('textbox', { name: 'Another path' });
    await userEvent.type(path, 'public');
    expect(path).toHaveAccessibleDescription(/begins with \//);
    expect(screen.getByRole('button', { name: 'Add' })).toBeDisabled();
    await userEvent.clear(path);
    await userEvent.type(path, '/a*b');
    expect(path).toHaveAccessibleDescription(/at the end only/);
    await userEvent.click(screen.getByRole('button', { name: 'Make a plan' }));
    expect(
      await screen.findByText('Choose the issuer whose tokens are asked for.'),
    ).toBeInTheDocument();
    expect(api.createEnablementPlan).not.toHaveBeenCalled();
    expect(await findViolations(api.container)).toEqual([]);
  });

  it('shows answers, neighbours, owners, warnings and YAML; the unchanged are folded', async () => {
    open({ createEnablementPlan: async () => buildPlan() });
    await makePlan();
    const answers = await screen.findByRole('region', {
      name: 'Answers before and after',
    });
    const target = within(answers).getByRole('article', {
      name: 'https://shop.example',
    });
    expect(target).toHaveTextContent('OpenbecomesEnforced');
    expect(within(target).getAllByRole('row')[1]).toHaveTextContent(
      'No token200403 RBAC: access denied',
    );
    expect(
      within(answers).getByRole('article', { name: 'https://news.example' }),
    ).toHaveTextContent('401 Jwt is not in the form');
    expect(answers).toHaveTextContent('1 way in of neighbours stays as it is');
    const affected = screen.getByRole('region', {
      name: 'Others that the policies reach',
    });
    expect(affected).toHaveTextContent('press');
    expect(affected).toHaveTextContent('1 more service belongs to no entity');
    const diff = screen.getByRole('region', {
      name: 'Change to AuthorizationPolicy istio-system/shop-jwt',
    });
    expect(diff).toHaveTextContent('Removed: action: AUDIT');
    expect(diff).toHaveTextContent('Added: action: DENY');
    expect(
      screen.getByRole('table', { name: 'Patterns considered' }),
    ).toHaveTextContent('It would lock news.example.');
  });

  it('starts once every warning is ticked, and goes to the operation', async () => {
    const api = open({
      createEnablementPlan: async () => buildPlan(),
      startEnablement: async () => buildEnablement(),
      getEnablement: async () => buildEnablement(),
    });
    await makePlan();
    const start = await screen.findByRole('button', { name: 'Enable' });
    expect(start).toBeDisabled();
    expect(start).toHaveAccessibleDescription('Tick every warning first.');
    await userEvent.click(
      screen.getByRole('checkbox', { name: /opaque tokens/ }),
    );
    expect(start).toBeEnabled();
    await userEvent.click(start);
    expect(api.startEnablement).toHaveBeenCalledWith(ENTITY_REF, PLAN_ID);
    expect(
      await screen.findByRole('list', { name: 'Phases' }),
    ).toBeInTheDocument();
    expect(api.getEnablement.mock.calls[0][1]).toBe(ENABLEMENT_ID);
  });

  it('offers to plan again with the same inputs where the plan is stale', async () => {
    const api = open({
      createEnablementPlan: async () => buildPlan({ warnings: [] }),
      startEnablement: () =>
        refuse(409, 'ConflictError', 'The configuration has changed since.'),
    });
    await makePlan();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Enable' }),
    );
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The configuration has changed since.');
    await userEvent.click(
      within(alert).getByRole('button', { name: 'Plan again' }),
    );
    await waitFor(() =>
      expect(api.createEnablementPlan).toHaveBeenCalledTimes(2),
    );
    const [[, first], [, second]] = api.createEnablementPlan.mock.calls;
    expect(second).toEqual(first);
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });

  it('does not start a plan of other choices', async () => {
    open({ createEnablementPlan: async () => buildPlan({ warnings: [] }) });
    await makePlan();
    const start = await screen.findByRole('button', { name: 'Enable' });
    expect(start).toBeEnabled();
    await userEvent.click(screen.getByRole('radio', { name: /^partners/ }));
    expect(start).toBeDisabled();
    expect(
      screen.getByText('The choices above have changed since'),
    ).toBeInTheDocument();
  });

  it('does not start a plan that is over', async () => {
    open({
      createEnablementPlan: async () =>
        buildPlan({
          warnings: [],
          expiresAt: new Date(Date.now() - 1000).toISOString(),
        }),
    });
    await makePlan();
    expect(
      await screen.findByRole('button', { name: 'Enable' }),
    ).toHaveAccessibleDescription(/The plan is over/);
  });

  it('says who approves, and asks for it', async () => {
    open({
      createEnablementPlan: async () =>
        buildPlan({
          warnings: [],
          approval: {
            required: true,
            permission: 'istio-jwt.enablement.approve',
            reason: '12 hosts of others are on the gateway.',
          },
        }),
    });
    await makePlan();
    expect(
      await screen.findByRole('button', { name: 'Ask for approval' }),
    ).toBeEnabled();
    expect(
      screen.getByText(
        /approval by somebody with istio-jwt.enablement.approve/,
      ),
    ).toBeInTheDocument();
    expect(screen.getByText(/12 hosts of others/)).toBeInTheDocument();
  });

  it('gives YAML and commands to copy where the portal does not write', async () => {
    const { container } = open({
      createEnablementPlan: async () =>
        buildPlan({
          writing: { mode: 'copy', reason: 'Argo CD owns the namespace.' },
          commands: ['kubectl apply -f a.yaml', '# To try it first: read.'],
        }),
    });
    await makePlan();
    expect(
      await screen.findByText('The portal does not write this one'),
    ).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Enable' })).toBeNull();
    expect(
      screen.getByRole('button', { name: 'Copy command 1 of 1' }),
    ).toBeInTheDocument();
    expect(screen.getByText('To try it first: read.')).toBeInTheDocument();
    expect(screen.getAllByText(/^YAML to copy, as/)).toHaveLength(2);
    for (const name of [
      'Copy YAML of AuthorizationPolicy istio-system/shop-jwt',
      'Save authorizationpolicy-shop-jwt.yaml',
    ]) {
      // Behind what is closed at first.
      expect(
        screen.getByRole('button', { name, hidden: true }),
      ).toBeInTheDocument();
    }
    expect(await findViolations(container)).toEqual([]);
  });

  it('leads to a pull request, filled in, where the portal does not write', async () => {
    const { container } = open({
      createEnablementPlan: async () =>
        buildPlan({
          writing: {
            mode: 'pull-request',
            reason: 'Argo CD keeps this place.',
            template: 'template:ops/by-pull-request',
            repoUrl: 'github.com?owner=shop&repo=clusters',
            directory: 'clusters/prod',
          },
        }),
    });
    await makePlan();
    expect(
      await screen.findByRole('button', { name: 'Open a pull request' }),
    ).toHaveAccessibleDescription('Tick every warning first.');
    expect(screen.queryByRole('button', { name: 'Enable' })).toBeNull();
    await userEvent.click(
      screen.getByRole('checkbox', { name: /opaque tokens/ }),
    );
    const link = screen.getByRole('link', { name: 'Open a pull request' });
    const address = new URL(link.getAttribute('href')!, 'http://portal');
    expect(address.pathname).toBe('/create/templates/ops/by-pull-request');
    expect(JSON.parse(address.searchParams.get('formData')!)).toEqual({
      entityRef: ENTITY_REF,
      planId: PLAN_ID,
      repoUrl: 'github.com?owner=shop&repo=clusters',
      directory: 'clusters/prod',
    });
    expect(screen.getAllByText(/^YAML to copy, as/)).toHaveLength(2);
    expect(await findViolations(container)).toEqual([]);
  });

  it('says why there is no plan, and what can be done instead', async () => {
    const { container } = open({
      createEnablementPlan: async () => ({
        kind: 'refused',
        entityRef: ENTITY_REF,
        intent: 'enable',
        service: { cluster: 'main', namespace: 'shop', name: 'shop' },
        reason: 'Every pattern would lock others.',
        alternatives: ['Move the host to a gateway of its own.'],
        considered: buildPlan().considered,
        conflicts: [
          { kind: 'AuthorizationPolicy', namespace: 'a', name: 'theirs' },
        ],
      }),
    });
    await makePlan();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Every pattern would lock others.',
    );
    expect(screen.getByText(/gateway of its own/)).toBeInTheDocument();
    expect(
      screen.getByText('AuthorizationPolicy a/theirs'),
    ).toBeInTheDocument();
    expect(await findViolations(container)).toEqual([]);
  });

  it.each<[string, Partial<IstioJwtApi>, RegExp]>([
    [
      'switched off',
      { getEnablementOptions: async () => buildOptions({ enabled: false }) },
      /istioJwt\.enablement\.enabled/,
    ],
    [
      'not allowed',
      { getEnablementOptions: async () => buildOptions({ canCreate: false }) },
      /istio-jwt\.enablement\.create/,
    ],
    [
      'denied',
      {
        getEnablementOptions: () =>
          refuse(403, 'NotAllowedError', 'Not for you.'),
      },
      /Not for you/,
    ],
    [
      'out of reach',
      {
        getEnablementOptions: () =>
          refuse(503, 'ServiceUnavailableError', 'Later.'),
      },
      /Later\./,
    ],
    [
      'without services',
      { getEnablementOptions: async () => buildOptions({ services: [] }) },
      /nothing to plan for/,
    ],
    [
      'without issuers',
      { getEnablementOptions: async () => buildOptions({ issuers: [] }) },
      /No issuer is allowed/,
    ],
    [
      'under way',
      {
        getEnablementOptions: async () =>
          buildOptions({
            running: { enablementId: ENABLEMENT_ID, phase: 'shadowing' },
          }),
      },
      /under way: shadowing/,
    ],
  ])(
    'says that it is %s',
    async (_, answers, text) => {
      const { container } = open(answers);
      expect((await screen.findAllByText(text)).length).toBeGreaterThan(0);
      expect(await findViolations(container)).toEqual([]);
    },
    30_000,
  );

  it('keeps what was typed and planned over a look elsewhere', async () => {
    const api = open({ createEnablementPlan: async () => buildPlan() });
    await makePlan();
    await userEvent.type(
      screen.getByRole('textbox', { name: 'Another path' }),
      '/half-typ',
    );
    cleanup();
    open();
    expect(
      await screen.findByRole('textbox', { name: 'Another path' }),
    ).toHaveValue('/half-typ');
    expect(screen.getByRole('radio', { name: /^company/ })).toBeChecked();
    expect(screen.getByRole('region', { name: 'The plan' })).toBeVisible();
    expect(api.createEnablementPlan).toHaveBeenCalledTimes(1);
  });
});

describe('Changing', () => {
  it('begins with what stands, and plans what is chosen instead', async () => {
    const options = buildOptions();
    options.issuers[0].audiences = ['shop', 'kiosk'];
    const api = open(
      {
        getEnablementOptions: async () => ({
          ...options,
          services: [
            buildServiceOption({
              inForce: {
                enablementId: ENABLEMENT_ID,
                issuer: 'company',
                choices: {
                  issuer: 'company',
                  exemptPaths: ['/healthz', '/old'],
                  preflights: 'refuse',
                },
                adopted: false,
                waysIn: [{ id: 'gw-1', host: 'shop.example', port: 443 }],
              },
            }),
          ],
        }),
        createEnablementPlan: async () =>
          buildPlan({ intent: 'change', warnings: [] }),
      },
      `/?jwt=change&operation=${ENABLEMENT_ID}`,
    );
    expect(
      await screen.findByRole('radio', { name: /^company/ }),
    ).toBeChecked();
    expect(screen.getByRole('checkbox', { name: /\/healthz/ })).toBeChecked();
    await userEvent.click(screen.getByRole('checkbox', { name: 'shop' }));
    await userEvent.click(screen.getByRole('button', { name: 'Remove /old' }));
    await userEvent.click(screen.getByRole('button', { name: 'Make a plan' }));
    expect(api.createEnablementPlan).toHaveBeenCalledWith(ENTITY_REF, {
      intent: 'change',
      enablementId: ENABLEMENT_ID,
      issuer: 'company',
      audiences: ['kiosk'],
      exemptPaths: ['/healthz'],
      preflights: 'refuse',
    });
    expect(await screen.findByRole('button', { name: 'Change' })).toBeEnabled();
    expect(await findViolations(api.container)).toEqual([]);
  });

  it('says where what it was to change is not in force any more', async () => {
    open({}, `/?jwt=change&operation=${ENABLEMENT_ID}`);
    expect(
      await screen.findByText('This enablement is not in force any more'),
    ).toBeInTheDocument();
  });
});

describe('Stopping', () => {
  it('plans to take back what stands', async () => {
    const api = open(
      {
        getEnablementOptions: async () =>
          buildOptions({
            services: [
              buildServiceOption({
                inForce: {
                  enablementId: ENABLEMENT_ID,
                  issuer: 'company',
                  adopted: true,
                  waysIn: [],
                },
              }),
            ],
          }),
        createEnablementPlan: async () =>
          buildPlan({ intent: 'disable', pattern: undefined, warnings: [] }),
      },
      `/?jwt=disable&operation=${ENABLEMENT_ID}`,
    );
    expect(
      await screen.findByText(/requires tokens of company/),
    ).toBeInTheDocument();
    expect(
      screen.getByText('This deletes policies that a person wrote'),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'Give them back' }),
    ).toHaveAttribute(
      'href',
      expect.stringContaining(`jwt=release&operation=${ENABLEMENT_ID}`),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Make a plan' }));
    expect(api.createEnablementPlan).toHaveBeenCalledWith(ENTITY_REF, {
      intent: 'disable',
      enablementId: ENABLEMENT_ID,
    });
    expect(
      await screen.findByRole('button', { name: 'Stop requiring a token' }),
    ).toBeEnabled();
    expect(await findViolations(api.container)).toEqual([]);
  });
});
