import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { AdoptableObject } from 'backstage-plugin-istio-jwt-common';
import {
  buildOptions,
  buildPlan,
  buildServiceOption,
  ENABLEMENT_ID,
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

const policy: AdoptableObject = {
  kind: 'AuthorizationPolicy',
  namespace: 'shop',
  name: 'by-hand',
  uid: 'u1',
  resourceVersion: '7',
  authors: [{ manager: 'kubectl', fields: ['spec.rules'] }],
};

const kept: AdoptableObject = {
  ...policy,
  name: 'from-git',
  uid: 'u2',
  authors: [],
  disabledReason: 'Argo CD keeps it.',
};

beforeEach(forgetKept);

function open(at: string, answers: Partial<IstioJwtApi> = {}) {
  const api = createFakeApi({
    getStatus: async () => buildStatus({ state: 'enforced' }),
    ...answers,
  });
  const { container } = renderWithApi(<EntityIstioJwtContent />, { api, at });
  return { api, container };
}

const inForce = {
  enablementId: ENABLEMENT_ID,
  issuer: 'company',
  adopted: true,
  waysIn: [],
};

const offer = (...services: Parameters<typeof buildServiceOption>[0][]) => ({
  getEnablementOptions: async () =>
    buildOptions({ services: services.map(each => buildServiceOption(each)) }),
});

describe('Adopting', () => {
  it('is offered where there is a policy that can be adopted', async () => {
    open('/', offer({ adoptable: [policy] }));
    expect(
      await screen.findByRole('link', { name: 'Adopt policies' }),
    ).toHaveAttribute('href', expect.stringContaining('jwt=adopt'));
  });

  it('takes consent to each policy as it stands, and plans for those alone', async () => {
    const { api, container } = open('/?jwt=adopt', {
      ...offer({ adoptable: [policy, kept] }),
      createEnablementPlan: async () =>
        buildPlan({ intent: 'adopt', warnings: [] }),
    });
    const choice = await screen.findByRole('checkbox', {
      name: /AuthorizationPolicy shop\/by-hand.*Written by kubectl/,
    });
    expect(
      screen.getByRole('checkbox', { name: /from-git.*Argo CD keeps it/ }),
    ).toBeDisabled();
    const plan = screen.getByRole('button', { name: 'Make a plan' });
    expect(plan).toBeDisabled();
    await userEvent.click(choice);
    await userEvent.click(plan);
    const { authors, ...object } = policy;
    expect(api.createEnablementPlan).toHaveBeenCalledWith(ENTITY_REF, {
      intent: 'adopt',
      service: { cluster: 'main', namespace: 'shop', name: 'shop' },
      objects: [object],
    });
    expect(await screen.findByRole('button', { name: 'Adopt' })).toBeEnabled();
    expect(await findViolations(container)).toEqual([]);
  });

  it('keeps the plans of two services apart', async () => {
    open('/?jwt=adopt', {
      ...offer(
        { adoptable: [policy] },
        { name: 'cart', adoptable: [{ ...policy, name: 'cart-by-hand' }] },
      ),
      createEnablementPlan: async () =>
        buildPlan({ intent: 'adopt', warnings: [] }),
    });
    const cart = await screen.findByRole('region', {
      name: 'Policies that may protect Service shop/cart',
    });
    await userEvent.click(within(cart).getByRole('checkbox'));
    await userEvent.click(
      within(cart).getByRole('button', { name: 'Make a plan' }),
    );
    await screen.findByRole('region', { name: 'The plan' });
    await userEvent.click(
      screen.getByRole('checkbox', { name: /shop\/by-hand/ }),
    );
    expect(screen.getAllByRole('region', { name: 'The plan' })).toHaveLength(1);
    expect(
      screen.queryByText('The choices above have changed since'),
    ).toBeNull();
  });

  it('says so where nothing can be adopted', async () => {
    open('/?jwt=adopt', offer({}));
    expect(
      await screen.findByText('There is nothing to adopt'),
    ).toBeInTheDocument();
  });
});

describe('Giving back', () => {
  it('plans it without a choice', async () => {
    const { api, container } = open(
      `/?jwt=release&operation=${ENABLEMENT_ID}`,
      {
        ...offer({ inForce }),
        createEnablementPlan: async () =>
          buildPlan({ intent: 'release', warnings: [] }),
      },
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Make a plan' }),
    );
    expect(api.createEnablementPlan).toHaveBeenCalledWith(ENTITY_REF, {
      intent: 'release',
      enablementId: ENABLEMENT_ID,
    });
    expect(
      await screen.findByRole('button', { name: 'Give back' }),
    ).toBeEnabled();
    expect(await findViolations(container)).toEqual([]);
  });

  it('says why where the backend refuses', async () => {
    open(`/?jwt=release&operation=${ENABLEMENT_ID}`, {
      ...offer({ inForce }),
      createEnablementPlan: () =>
        refuse(409, 'ConflictError', 'It was not adopted'),
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Make a plan' }),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /The plan could not be made.*It was not adopted\./,
    );
  });
});

describe('An enablement that is gone', () => {
  it.each(['release', 'disable', 'change'])(
    'is not offered to %s, and looked for again',
    async kind => {
      let turn = 0;
      const { api, container } = open(
        `/?jwt=${kind}&operation=${ENABLEMENT_ID}`,
        {
          getEnablementOptions: async () => {
            turn += 1;
            return buildOptions({
              services: [buildServiceOption(turn > 1 ? { inForce } : {})],
            });
          },
        },
      );
      expect(
        await screen.findByText('This enablement is not in force any more'),
      ).toBeInTheDocument();
      expect(screen.queryByRole('button', { name: 'Make a plan' })).toBeNull();
      expect(await findViolations(container)).toEqual([]);
      await userEvent.click(screen.getByRole('button', { name: 'Look again' }));
      expect(
        await screen.findByRole('button', { name: 'Make a plan' }),
      ).toBeInTheDocument();
      expect(api.createEnablementPlan).not.toHaveBeenCalled();
    },
    30_000,
  );
});
