import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Enablement } from 'backstage-plugin-istio-jwt-common';
import {
  buildEnablement,
  buildPlan,
  buildStep,
  ENABLEMENT_ID,
} from '../../__testUtils__/enablementFixtures';
import { FakeSignals } from '../../__testUtils__/FakeSignals';
import { findViolations } from '../../__testUtils__/findViolations';
import { ENTITY_DIGEST, ENTITY_REF } from '../../__testUtils__/fixtures';
import { refuse } from '../../__testUtils__/refuse';
import {
  createFakeApi,
  renderWithApi,
} from '../../__testUtils__/renderWithApi';
import { IstioJwtApi } from '../../api';
import { writeLog } from './exportLog';
import { OperationView } from './OperationView';

function open(answers: Partial<IstioJwtApi>) {
  const signals = new FakeSignals();
  const api = createFakeApi(answers);
  const { container } = renderWithApi(
    <OperationView entityRef={ENTITY_REF} enablementId={ENABLEMENT_ID} />,
    { api, signals },
  );
  return { api, signals, container };
}

describe('An operation', () => {
  it('shows its phases, steps, evidence and log', async () => {
    const { container } = open({
      getEnablement: async () => buildEnablement(),
    });
    const phases = await screen.findByRole('list', { name: 'Phases' });
    const current = phases.querySelector('[aria-current="step"]');
    expect(current).toHaveTextContent(/^Shadowing/);
    await userEvent.click(
      within(phases).getByText('Write the RequestAuthentication'),
    );
    const probes = within(phases).getByRole('table', {
      name: 'Probes of “Write the RequestAuthentication”',
    });
    expect(within(probes).getAllByRole('row')[1]).toHaveTextContent(
      'A junk tokenthis serviceGET shop.example/401401 Jwt is not in the formAgrees',
    );
    expect(phases).toHaveTextContent(
      'RequestAuthentication istio-system/shop-jwt: created',
    );
    expect(phases).toHaveTextContent('Written.');
    expect(await findViolations(container)).toEqual([]);
  });

  it('waits for a merge, leads to the pull request, and can stop to wait', async () => {
    const proposed = buildEnablement({
      phase: 'proposed',
      steps: [],
      canCancel: true,
      outcome: '1 of 2 objects stand as planned.',
      proposal: {
        url: 'https://github.com/shop/clusters/pull/7',
        expiresAt: '2026-01-15T00:00:00.000Z',
      },
    });
    const { api, container } = open({
      getEnablement: async () => proposed,
      cancelEnablement: async () => ({
        ...proposed,
        phase: 'withdrawn',
        canCancel: false,
        outcome: 'alice withdrew it.',
      }),
    });
    expect(
      await screen.findByText(
        'Waits until it is merged, and stands in the cluster',
      ),
    ).toBeInTheDocument();
    expect(screen.getByText(/1 of 2 objects/)).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: /github\.com\/shop\/clusters/ }),
    ).toHaveAttribute('href', 'https://github.com/shop/clusters/pull/7');
    expect(
      within(screen.getByRole('list', { name: 'Phases' }))
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ).toEqual([
      expect.stringMatching(/^Waiting for mergenow/),
      expect.stringMatching(/^Verifyingto come/),
      expect.stringMatching(/^Doneto come/),
    ]);
    expect(await findViolations(container)).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: 'Stop waiting' }));
    await userEvent.click(
      within(await screen.findByRole('dialog')).getByRole('button', {
        name: 'Stop waiting',
      }),
    );
    expect(api.cancelEnablement).toHaveBeenCalledTimes(1);
    expect(
      await screen.findByText('Withdrawn: nobody waits for it any more'),
    ).toBeInTheDocument();
  });

  it('follows signals, and stops at the end', async () => {
    let current: Enablement = buildEnablement();
    const { api, signals } = open({ getEnablement: async () => current });
    await screen.findByRole('list', { name: 'Phases' });
    current = buildEnablement({
      phase: 'done',
      outcome: 'All probes agree',
      canCancel: false,
    });
    act(() =>
      signals.send({
        type: 'enablement-changed',
        entity: ENTITY_DIGEST,
      }),
    );
    expect(
      await screen.findByText('A token is required: enforced, and proved'),
    ).toBeInTheDocument();
    expect(screen.getByText(/1 of 1 probes were answered/)).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull();
    const asked = api.getEnablement.mock.calls.length;
    await new Promise(resolve => setTimeout(resolve, 1300));
    expect(api.getEnablement).toHaveBeenCalledTimes(asked);
  });

  it('polls without signals', async () => {
    let turn = 0;
    open({
      getEnablement: async () => {
        turn += 1;
        return buildEnablement({ phase: turn > 1 ? 'verifying' : 'enforcing' });
      },
    });
    await waitFor(() =>
      expect(document.querySelector('[aria-current="step"]')).toHaveTextContent(
        /^Verifying/,
      ),
    );
  });

  it('cancels once that is confirmed', async () => {
    let current = buildEnablement();
    const { api } = open({
      getEnablement: async () => current,
      cancelEnablement: async () => {
        current = buildEnablement({
          phase: 'rolling-back',
          cancelRequested: true,
        });
        return current;
      },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Cancel' }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent(/everything that it wrote is taken back/);
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Let it go on' }),
    );
    expect(api.cancelEnablement).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    await userEvent.click(
      await screen.findByRole('button', { name: 'Cancel and roll back' }),
    );
    expect(api.cancelEnablement).toHaveBeenCalledWith(
      ENTITY_REF,
      ENABLEMENT_ID,
    );
    expect(
      await screen.findByText('What was written is being taken back'),
    ).toBeInTheDocument();
  });

  it('takes up again what could not be taken back, and follows that', async () => {
    let current = buildEnablement({ phase: 'failed', cancelRequested: true });
    open({
      getEnablement: async () => current,
      cancelEnablement: async () => {
        current = buildEnablement({ phase: 'rolled-back', canCancel: false });
        return buildEnablement({ phase: 'rolling-back' });
      },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Take it back again' }),
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Try again' }),
    );
    expect(
      await screen.findByText('Rolled back: everything is as it was before'),
    ).toBeInTheDocument();
  });

  it('waits for an approval, which those who may can give', async () => {
    const waiting = buildEnablement({
      phase: 'awaiting-approval',
      steps: [],
      canApprove: true,
      approval: {
        required: true,
        permission: 'istio-jwt.enablement.approve',
        reason: '12 hosts of others',
      },
    });
    const { api, container } = open({
      getEnablement: async () => waiting,
      approveEnablement: () =>
        refuse(409, 'ConflictError', 'The configuration has changed since.'),
    });
    expect(
      await screen.findByText(/Waits for an approval by somebody with/),
    ).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Approve' }));
    expect(api.approveEnablement).toHaveBeenCalledTimes(1);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The configuration has changed since.',
    );
    expect(await findViolations(container)).toEqual([]);
  });

  const waiting = buildEnablement({
    phase: 'awaiting-approval',
    steps: [],
    canApprove: true,
    approval: {
      required: true,
      permission: 'istio-jwt.enablement.approve',
      reason: '12 hosts of others',
    },
  });

  it('shows whoever may approve it what it would do, as it is now', async () => {
    let turn = 0;
    const { api, container } = open({
      getEnablement: async () => waiting,
      getWaitingPlan: async () => {
        turn += 1;
        return turn === 1
          ? refuse(409, 'ConflictError', 'The configuration changed since')
          : buildPlan();
      },
    });
    expect(
      await screen.findByText('The configuration changed since.'),
    ).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    const table = await screen.findByRole('table', {
      name: 'Answers of https://shop.example',
    });
    expect(table).toHaveTextContent('403 RBAC: access denied');
    expect(
      screen.getByRole('region', { name: 'What you would approve' }),
    ).toHaveTextContent('Make sure that nobody uses opaque tokens.');
    expect(
      screen.getByRole('table', { name: 'Affected services' }),
    ).toHaveTextContent('news/news');
    expect(api.getWaitingPlan).toHaveBeenCalledTimes(2);
    expect(await findViolations(container)).toEqual([]);
  });

  it('asks nobody who may not approve it for the plan', async () => {
    const { api } = open({
      getEnablement: async () => ({ ...waiting, canApprove: false }),
    });
    await screen.findByText(/Waits for an approval by somebody with/);
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Decline' })).toBeNull();
    expect(api.getWaitingPlan).not.toHaveBeenCalled();
  });

  it('is declined with a reason that holds no token', async () => {
    const { api } = open({
      getEnablement: async () => waiting,
      declineEnablement: async () => ({
        ...waiting,
        phase: 'declined',
        canApprove: false,
        outcome: 'bob declined it: After the sale.',
      }),
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Decline' }),
    );
    const dialog = await screen.findByRole('dialog', { name: 'Decline it?' });
    const reason = within(dialog).getByRole('textbox', { name: /^Reason/ });
    const confirm = within(dialog).getByRole('button', { name: 'Decline it' });
    await userEvent.click(reason);
    await userEvent.paste('Bearer abcdefgh12');
    expect(within(dialog).getByRole('alert')).toHaveTextContent(/token/);
    expect(confirm).toBeDisabled();
    await userEvent.clear(reason);
    await userEvent.click(reason);
    await userEvent.paste(' After the sale ');
    await userEvent.click(confirm);
    expect(api.declineEnablement).toHaveBeenCalledWith(
      ENTITY_REF,
      ENABLEMENT_ID,
      { reason: 'After the sale' },
    );
    expect(
      await screen.findByText('Declined: nothing was written'),
    ).toBeInTheDocument();
    expect(screen.getByRole('list', { name: 'Phases' })).toHaveTextContent(
      /Declinedstopped/,
    );
  });

  const held = buildEnablement({
    phase: 'held',
    canEnforce: true,
    hold: {
      reason: 'In 15 s, 1 of 1 Pod counted 7 requests',
      since: '2026-01-15T00:00:00.000Z',
      expiresAt: '2026-01-16T00:00:00.000Z',
    },
  });

  it('is held with what was counted, and enforced once that is confirmed', async () => {
    const { api, container } = open({
      getEnablement: async () => held,
      enforceEnablement: async () => ({
        ...held,
        phase: 'enforcing',
        canEnforce: false,
        hold: { ...held.hold!, enforcedBy: 'user:default/alice' },
      }),
    });
    expect(
      await screen.findByText(/^Held before anything is enforced/),
    ).toBeInTheDocument();
    expect(document.body).toHaveTextContent(
      /counted 7 requests\. Have it enforced, or give it up\..*taken back after/,
    );
    expect(document.querySelector('[aria-current="step"]')).toHaveTextContent(
      /^Waiting for a decision/,
    );
    expect(await findViolations(container)).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: 'Enforce' }));
    const dialog = await screen.findByRole('dialog');
    expect(api.enforceEnablement).not.toHaveBeenCalled();
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Enforce it' }),
    );
    expect(api.enforceEnablement).toHaveBeenCalledTimes(1);
    expect(
      await screen.findByText(/enforced by user:default\/alice/),
    ).toBeInTheDocument();
  });

  it('is given up where it is held, also after somebody asked to cancel', async () => {
    const { api } = open({
      getEnablement: async () => ({
        ...held,
        cancelRequested: true,
        canEnforce: false,
      }),
      cancelEnablement: async () => ({ ...held, phase: 'rolling-back' }),
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Give up' }),
    );
    expect(screen.queryByRole('button', { name: 'Enforce' })).toBeNull();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Give up and roll back' }),
    );
    expect(api.cancelEnablement).toHaveBeenCalledTimes(1);
  });

  it.each<[Partial<Enablement>, string]>([
    [
      { phase: 'rolled-back', outcome: 'A neighbour was answered otherwise' },
      'Rolled back: everything is as it was before',
    ],
    [
      { phase: 'failed', outcome: 'The API server is gone' },
      'Failed, and not everything could be taken back',
    ],
    [{ phase: 'done', intent: 'disable' }, 'A token is not required any more'],
  ])('says how it ended: %j', async (overrides, title) => {
    open({ getEnablement: async () => buildEnablement(overrides) });
    expect(await screen.findByText(title)).toBeInTheDocument();
    expect(document.body).toHaveTextContent(overrides.outcome ?? title);
  });

  it('says that there is none', async () => {
    open({
      getEnablement: () => refuse(404, 'NotFoundError', 'No such operation'),
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'There is no such operation of this entity',
    );
  });

  it('keeps what it has where the backend is away', async () => {
    let turn = 0;
    open({
      getEnablement: async () => {
        turn += 1;
        return turn === 1
          ? buildEnablement()
          : refuse(503, 'ServiceUnavailableError', 'Restarting');
      },
    });
    expect(
      await screen.findByText('This page is not being refreshed', {}),
    ).toBeInTheDocument();
    expect(screen.getByRole('list', { name: 'Phases' })).toBeInTheDocument();
  });

  it('is listed with those before', async () => {
    open({
      getEnablement: async () => buildEnablement(),
      listEnablements: async () => ({
        items: [
          buildEnablement({
            phase: 'rolled-back',
            outcome: 'Somebody cancelled',
          }),
        ],
      }),
    });
    const table = await screen.findByRole('table', { name: 'Operations' });
    expect(
      within(table).getByRole('link', { name: 'Require tokens of company' }),
    ).toHaveAttribute(
      'href',
      `/jwt-tab?jwt=operation&operation=${ENABLEMENT_ID}`,
    );
    expect(table).toHaveTextContent('Rolled back');
    expect(table).toHaveTextContent('Somebody cancelled');
  });
});

describe('writeLog', () => {
  it('has every step with log and evidence in the order of time', () => {
    const text = writeLog(
      buildEnablement({
        steps: [
          buildStep({
            log: [{ at: '2999-01-01T00:00:00Z', message: 'Seen.' }],
          }),
        ],
      }),
    );
    expect(text).toContain(`Operation ${ENABLEMENT_ID}`);
    expect(text).toContain(
      '[validating] Write the RequestAuthentication: done',
    );
    expect(text.indexOf('A junk token (target): GET')).toBeGreaterThan(
      text.indexOf('created at 42'),
    );
    expect(text.indexOf('Seen.')).toBeGreaterThan(text.indexOf('A junk token'));
  });
});
