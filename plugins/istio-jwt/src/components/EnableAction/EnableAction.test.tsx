import { screen, waitFor } from '@testing-library/react';
import { EnablementOptions } from 'backstage-plugin-istio-jwt-common';
import {
  buildOptions,
  buildServiceOption,
  ENABLEMENT_ID,
} from '../../__testUtils__/enablementFixtures';
import { findViolations } from '../../__testUtils__/findViolations';
import { buildStatus } from '../../__testUtils__/fixtures';
import { refuse } from '../../__testUtils__/refuse';
import {
  createFakeApi,
  renderWithApi,
} from '../../__testUtils__/renderWithApi';
import { EntityIstioJwtCard } from '../EntityIstioJwtCard';
import { EnableAction } from './EnableAction';

function open(options: EnablementOptions, place: 'card' | 'tab' = 'tab') {
  const api = createFakeApi({ getEnablementOptions: async () => options });
  return renderWithApi(
    <EnableAction status={buildStatus()} tabPath="/jwt-tab" place={place} />,
    { api },
  );
}

const enforced = buildServiceOption({
  waysIn: buildServiceOption().waysIn.map(wayIn => ({
    ...wayIn,
    state: 'enforced',
  })),
  inForce: {
    enablementId: ENABLEMENT_ID,
    issuer: 'company',
    adopted: false,
    waysIn: [],
  },
});

describe('The action that requires a token', () => {
  it('leads to the plan', async () => {
    open(buildOptions());
    expect(
      await screen.findByRole('link', { name: 'Require a token' }),
    ).toHaveAttribute('href', '/jwt-tab?jwt=enable');
  });

  it('is disabled with the reason for those who may not', async () => {
    const { container } = open(buildOptions({ canCreate: false }), 'card');
    const button = await screen.findByRole('button', {
      name: 'Require a token',
    });
    expect(button).toBeDisabled();
    expect(button).toHaveAccessibleDescription(/istio-jwt\.enablement\.create/);
    expect(await findViolations(container)).toEqual([]);
  });

  it.each([
    ['awaiting-approval', 'Waiting for approval'],
    ['held', 'Waiting for a decision'],
    ['enforcing', 'Follow the operation'],
  ] as const)('leads to an operation that is %s', async (phase, name) => {
    open(buildOptions({ running: { enablementId: ENABLEMENT_ID, phase } }));
    expect(await screen.findByRole('link', { name })).toHaveAttribute(
      'href',
      `/jwt-tab?jwt=operation&operation=${ENABLEMENT_ID}`,
    );
  });

  it('offers to take back what stands', async () => {
    open(buildOptions({ services: [enforced] }));
    expect(
      await screen.findByRole('link', { name: 'Stop requiring a token' }),
    ).toHaveAttribute(
      'href',
      `/jwt-tab?jwt=disable&operation=${ENABLEMENT_ID}`,
    );
    expect(
      screen.getByRole('link', { name: 'Change what is required' }),
    ).toHaveAttribute('href', `/jwt-tab?jwt=change&operation=${ENABLEMENT_ID}`);
    expect(screen.queryByRole('link', { name: 'Require a token' })).toBeNull();
  });

  it('says on the tab that the config does not allow it, and nothing on the card', async () => {
    const { unmount } = open(buildOptions({ enabled: false }));
    expect(
      await screen.findByText('The portal’s configuration does not allow it.'),
    ).toBeInTheDocument();
    unmount();
    open(buildOptions({ enabled: false }), 'card');
    await waitFor(() => expect(document.body.textContent).not.toMatch(/token/));
  });

  it('stays away from the card where the backend cannot say', async () => {
    const api = createFakeApi({
      getStatus: async () => buildStatus(),
      getEnablementOptions: () => refuse(404, 'NotFoundError', 'No such path'),
    });
    renderWithApi(<EntityIstioJwtCard />, { api });
    expect(
      await screen.findByText('A valid token is required.'),
    ).toBeInTheDocument();
    expect(api.getEnablementOptions).toHaveBeenCalled();
    expect(screen.queryByText('Require a token')).toBeNull();
  });
});
