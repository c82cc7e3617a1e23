import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  CoverageOwnerNotice,
  CoverageOwnerNoticePreview,
} from 'backstage-plugin-istio-jwt-common';
import {
  buildCoverageFinding,
  buildSummary,
} from '../../__testUtils__/coverageFixtures';
import { findViolations } from '../../__testUtils__/findViolations';
import { refuse } from '../../__testUtils__/refuse';
import {
  createFakeCoverageApi,
  renderCoverage,
} from '../../__testUtils__/renderCoverage';

const preview: CoverageOwnerNoticePreview = {
  toTell: 3,
  owners: [
    { owner: 'group:default/team-a', services: 2 },
    { owner: 'user:default/bea', services: 1 },
  ],
  alreadyTold: [
    {
      owner: 'group:default/team-c',
      services: 4,
      at: '2026-01-01T00:00:00.000Z',
    },
  ],
  alreadyToldTotal: 1,
  overQuota: 1,
  withoutOwner: 5,
  maxOwners: 200,
  quietHours: 168,
};

const result: CoverageOwnerNotice = {
  told: 2,
  alreadyTold: 1,
  overQuota: 0,
  failed: 1,
  withoutOwner: 5,
};

const findings = async () => ({ findings: [buildCoverageFinding()] });

async function openDialog(
  answers: Parameters<typeof createFakeCoverageApi>[0],
  query = '?view=findings&cluster=main',
) {
  const user = userEvent.setup();
  const api = createFakeCoverageApi({
    listFindings: findings,
    previewOwnerNotices: async () => preview,
    ...answers,
  });
  renderCoverage({ api, query });
  const button = await screen.findByRole('button', {
    name: 'Notify owners: No token is required',
  });
  await user.click(button);
  const dialog = await screen.findByRole('dialog');
  return { user, api, button, dialog };
}

describe('notices to owners', () => {
  it('say whom they reach before, and what became of them after', async () => {
    const { user, api, button, dialog } = await openDialog({
      sendOwnerNotices: async () => result,
    });
    const send = await within(dialog).findByRole('button', {
      name: 'Notify 3 owners',
    });
    expect(
      within(dialog)
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ).toEqual([
      'team-a: 2 services',
      'user:bea: 1 service',
      'and 1 more owner',
    ]);
    for (const text of [
      /1 owner heard of this within the last 7 days .*: team-c\./,
      /1 owner heard of enough other things today/,
      /Of 5 services no owner is known/,
    ]) {
      expect(within(dialog).getByText(text)).toBeInTheDocument();
    }
    expect(await findViolations(dialog)).toEqual([]);
    const filter = { cluster: 'main', finding: 'not-required' };
    expect(api.previewOwnerNotices).toHaveBeenCalledWith(
      filter,
      expect.anything(),
    );
    await user.click(send);
    const said = await within(dialog).findByRole('status');
    expect(said).toHaveTextContent(/2 owners told/);
    expect(said).toHaveTextContent(/1 owner could not be told: send again/);
    expect(dialog).toContainElement(document.activeElement as HTMLElement);
    expect(api.sendOwnerNotices).toHaveBeenCalledTimes(1);
    expect(api.sendOwnerNotices).toHaveBeenCalledWith({ filter, atMost: 3 });
    await user.click(within(dialog).getByRole('button', { name: 'Done' }));
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    await waitFor(() => expect(button).toHaveFocus());
  });

  it('that the backend refuses tell why, and let look again', async () => {
    const { user, api, dialog } = await openDialog({
      sendOwnerNotices: () =>
        refuse(409, 'ConflictError', 'More owners by now'),
    });
    await user.click(
      await within(dialog).findByRole('button', { name: 'Notify 3 owners' }),
    );
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      /Nobody was told.*More owners by now\./,
    );
    await user.click(
      within(dialog).getByRole('button', { name: 'Look again' }),
    );
    expect(api.previewOwnerNotices).toHaveBeenCalledTimes(2);
  });

  it('cannot be sent to nobody, or to more than is allowed', async () => {
    const { dialog } = await openDialog({
      previewOwnerNotices: async () => ({ ...preview, toTell: 300 }),
    });
    expect(
      await within(dialog).findByText(/At most 200 owners/),
    ).toBeInTheDocument();
    expect(
      within(dialog).queryByRole('button', { name: /^Notify/ }),
    ).not.toBeInTheDocument();
  });

  it('are offered for a filter that says something, to whoever may', async () => {
    renderCoverage({
      api: createFakeCoverageApi({ listFindings: findings }),
      query: '?view=findings&state=open',
    });
    expect(
      await screen.findByRole('button', {
        name: 'Notify owners: all services in view',
      }),
    ).toBeInTheDocument();
  });

  it('are not offered for all services of an owner', async () => {
    renderCoverage({
      api: createFakeCoverageApi({ listFindings: findings }),
      query: '?view=findings&owner=group:default/a',
    });
    await screen.findByRole('button', {
      name: 'Notify owners: No token is required',
    });
    expect(
      screen.queryByRole('button', { name: /all services in view/ }),
    ).not.toBeInTheDocument();
  });

  it('are not offered without permission', async () => {
    renderCoverage({
      api: createFakeCoverageApi({
        listFindings: findings,
        getSummary: async () => buildSummary({ canNotifyOwners: false }),
      }),
      query: '?view=findings&state=open',
    });
    await screen.findByRole('heading', { name: 'No token is required' });
    expect(
      screen.queryByRole('button', { name: /Notify owners/ }),
    ).not.toBeInTheDocument();
  });
});
