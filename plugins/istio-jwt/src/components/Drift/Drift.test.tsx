import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  DriftedObject,
  EnablementOptions,
} from 'backstage-plugin-istio-jwt-common';
import {
  buildOptions,
  buildPlan,
  buildServiceOption,
  ENABLEMENT_ID,
} from '../../__testUtils__/enablementFixtures';
import { findViolations } from '../../__testUtils__/findViolations';
import { buildStatus, ENTITY_REF } from '../../__testUtils__/fixtures';
import {
  createFakeApi,
  renderWithApi,
} from '../../__testUtils__/renderWithApi';
import { IstioJwtApi } from '../../api';
import { EntityIstioJwtContent } from '../EntityIstioJwtContent';
import { forgetKept } from '../EnablePlan/useKept';

const TITLE = 'Changed since it was written';

const edited: DriftedObject = {
  kind: 'edited',
  ref: { kind: 'AuthorizationPolicy', namespace: 'edge', name: 'shop-jwt' },
  written: 'spec:\n  action: DENY\n',
  standing: 'spec:\n  action: AUDIT\n',
  authors: [{ manager: 'kubectl-edit', fields: ['spec.action', 'spec.rules'] }],
  object: {
    kind: 'AuthorizationPolicy',
    namespace: 'edge',
    name: 'shop-jwt',
    uid: 'u1',
    resourceVersion: '43',
  },
};

const deleted: DriftedObject = {
  kind: 'deleted',
  ref: { kind: 'RequestAuthentication', namespace: 'edge', name: 'shop-jwt' },
  written: 'kind: RequestAuthentication\n',
  authors: [],
};

const extra: DriftedObject = {
  kind: 'extra',
  ref: { kind: 'AuthorizationPolicy', namespace: 'edge', name: 'copy' },
  standing: 'kind: AuthorizationPolicy\n',
  authors: [],
  object: {
    kind: 'AuthorizationPolicy',
    namespace: 'edge',
    name: 'copy',
    uid: 'u2',
    resourceVersion: '44',
  },
};

beforeEach(forgetKept);

function open(
  objects: DriftedObject[],
  overrides: Partial<EnablementOptions> = {},
  rest: Partial<IstioJwtApi> & { at?: string } = {},
) {
  const { at = '/', ...answers } = rest;
  const drift =
    objects.length > 0 ? [{ enablementId: ENABLEMENT_ID, objects }] : [];
  const api = createFakeApi({
    getStatus: async () => buildStatus({ state: 'enforced' }),
    getEnablementOptions: async () =>
      buildOptions({ services: [buildServiceOption({ drift })], ...overrides }),
    ...answers,
  });
  const { container } = renderWithApi(<EntityIstioJwtContent />, { api, at });
  return { api, container };
}

describe('Drift', () => {
  it('shows what differs, who did it, and the ways to settle it', async () => {
    const { container } = open([edited, deleted, extra]);
    const section = await screen.findByRole('region', { name: TITLE });
    expect(section).toHaveTextContent(
      '3 objects of Service shop/shop are not as written',
    );
    const byName = (name: string) =>
      within(section).getByRole('article', { name });
    const policy = byName('AuthorizationPolicy edge/shop-jwt');
    expect(policy).toHaveTextContent(
      /was edited.*field manager kubectl-edit: spec\.action, spec\.rules/,
    );
    const difference = within(policy).getByRole('region', {
      name: /^Difference of/,
    });
    expect(difference).toHaveTextContent(/Removed:\s+action: DENY/);
    expect(difference).toHaveTextContent(/Added:\s+action: AUDIT/);
    expect(byName('RequestAuthentication edge/shop-jwt')).toHaveTextContent(
      /was deleted.*gone with its managed fields/,
    );
    expect(byName('AuthorizationPolicy edge/copy')).toHaveTextContent(
      /the portal did not write it.*do not tell/,
    );
    for (const [name, view] of [
      ['Bring back', 'restore'],
      ['Accept what stands', 'accept'],
    ]) {
      expect(within(section).getByRole('link', { name })).toHaveAttribute(
        'href',
        expect.stringContaining(`jwt=${view}&operation=${ENABLEMENT_ID}`),
      );
    }
    expect(await findViolations(container)).toEqual([]);
  });

  it.each([
    ['without permission', { canCreate: false }],
    ['where enablement is off', { enabled: false }],
    [
      'while an operation runs',
      { running: { enablementId: ENABLEMENT_ID, phase: 'writing' as const } },
    ],
  ])('offers no way to settle it %s', async (_, overrides) => {
    open([edited], overrides as Partial<EnablementOptions>);
    const section = await screen.findByRole('region', { name: TITLE });
    expect(section).toHaveTextContent(
      '1 object of Service shop/shop is not as written',
    );
    expect(within(section).queryByRole('link')).toBeNull();
  });

  it('says nothing where all stands as written', async () => {
    open([]);
    await screen.findByRole('region', { name: 'JWT protection' });
    await screen.findByRole('link', { name: 'Require a token' });
    expect(screen.queryByRole('region', { name: TITLE })).toBeNull();
  });

  it.each(['restore', 'accept'] as const)(
    'plans to %s exactly what differs, as it stands',
    async intent => {
      const { api, container } = open(
        [edited, deleted],
        {},
        {
          at: `/?jwt=${intent}&operation=${ENABLEMENT_ID}`,
          createEnablementPlan: async () => buildPlan({ intent, warnings: [] }),
        },
      );
      await userEvent.click(
        await screen.findByRole('button', { name: 'Make a plan' }),
      );
      expect(api.createEnablementPlan).toHaveBeenCalledWith(ENTITY_REF, {
        intent,
        enablementId: ENABLEMENT_ID,
        objects: [edited.object],
      });
      expect(
        await screen.findByRole('button', {
          name: intent === 'restore' ? 'Bring back' : 'Accept',
        }),
      ).toBeEnabled();
      expect(await findViolations(container)).toEqual([]);
    },
    30_000,
  );

  it('says so where it was settled meanwhile', async () => {
    open([], {}, { at: `/?jwt=restore&operation=${ENABLEMENT_ID}` });
    expect(
      await screen.findByText('Everything stands as it was written'),
    ).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Make a plan' })).toBeNull();
  });
});
