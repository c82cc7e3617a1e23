import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  buildException,
  buildSummary,
  EXCEPTION_ID,
} from '../../__testUtils__/coverageFixtures';
import { findViolations } from '../../__testUtils__/findViolations';
import { buildStatus } from '../../__testUtils__/fixtures';
import { refuse } from '../../__testUtils__/refuse';
import {
  createFakeCoverageApi,
  renderCoverage,
} from '../../__testUtils__/renderCoverage';
import { createFakeApi } from '../../__testUtils__/renderWithApi';
import { toDay, toEnd } from './draft';

const IN_A_MONTH = toDay(Date.now() + 30 * 86_400_000);
const ONE = `?view=exceptions&exception=${EXCEPTION_ID}`;
const NEW = '?view=exceptions&exception=new&for=main/shop/shop';

function chooseLastDay(day: string) {
  fireEvent.change(screen.getByLabelText('Last day'), {
    target: { value: day },
  });
}

describe('the list of exceptions', () => {
  it('shows what is excepted, by whom and until when', async () => {
    const api = createFakeCoverageApi({
      listExceptions: async () => ({
        items: [
          buildException({
            scope: {
              cluster: 'main',
              namespace: 'shop',
              name: 'shop',
              path: '/healthz',
            },
          }),
        ],
      }),
    });
    const { container } = renderCoverage({ api, query: '?view=exceptions' });
    const table = await screen.findByRole('table', { name: 'Exceptions' });
    const row = within(table).getAllByRole('row')[1];
    for (const text of [
      'path /healthz',
      'Waits for an approval',
      'The partner moves in March.',
      'ann',
    ]) {
      expect(row).toHaveTextContent(text);
    }
    expect(
      within(row).getByRole('link', { name: 'shop/shop in cluster main' }),
    ).toHaveAttribute('href', `/jwt-coverage${ONE}`);
    expect(await findViolations(container)).toEqual([]);
  });

  it('offers no form to those who may not ask', async () => {
    const api = createFakeCoverageApi({
      getSummary: async () => buildSummary({ canRequestExceptions: false }),
    });
    renderCoverage({ api, query: '?view=exceptions' });
    expect(
      await screen.findByText(/it takes istio-jwt.exception.create/),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: 'Ask for an exception' }),
    ).not.toBeInTheDocument();
  });
});

describe('asking for an exception', () => {
  it('takes a reason and an end in the future', async () => {
    const user = userEvent.setup();
    const api = createFakeCoverageApi({
      createException: async () => buildException(),
      getException: async () => buildException(),
    });
    const { container } = renderCoverage({ api, query: NEW });
    const send = await screen.findByRole('button', { name: 'Ask for it' });
    await user.click(send);
    expect(screen.getByText(/^Say why/)).toBeInTheDocument();
    expect(screen.getByText(/^Choose the last day/)).toBeInTheDocument();
    expect(await findViolations(container)).toEqual([]);

    await user.type(
      screen.getByRole('textbox', { name: /Reason/ }),
      'The partner moves.',
    );
    chooseLastDay('2020-01-01');
    await user.click(send);
    expect(screen.getByText('Choose a day in the future.')).toBeInTheDocument();
    expect(api.createException).not.toHaveBeenCalled();

    chooseLastDay(IN_A_MONTH);
    await user.click(send);
    await waitFor(() =>
      expect(api.createException).toHaveBeenCalledWith({
        scope: { cluster: 'main', namespace: 'shop', name: 'shop' },
        reason: 'The partner moves.',
        expiresAt: toEnd(IN_A_MONTH),
      }),
    );
    expect(
      await screen.findByRole('table', { name: 'What happened to it' }),
    ).toBeInTheDocument();
    expect(screen.getByTestId('address')).toHaveTextContent(ONE);
  });

  it('can cover a way in or a path alone', async () => {
    const user = userEvent.setup();
    const api = createFakeCoverageApi({
      createException: async () => buildException(),
      getException: async () => buildException(),
    });
    const status = createFakeApi({ getStatus: async () => buildStatus() });
    renderCoverage({ api, status, query: NEW });
    await user.click(
      await screen.findByRole('radio', { name: /A part of it/ }),
    );
    await user.type(
      screen.getByRole('textbox', { name: /Reason/ }),
      'Probes of the cloud.',
    );
    chooseLastDay(IN_A_MONTH);
    await user.click(screen.getByRole('button', { name: 'Ask for it' }));
    expect(
      screen.getByText('Name a way in, a path or a finding.'),
    ).toBeInTheDocument();
    await user.type(screen.getByLabelText('Path'), '/healthz');
    await user.click(await screen.findByRole('button', { name: /Way in/ }));
    await user.click(
      await screen.findByRole('option', { name: 'http://shop.example/api/*' }),
    );
    await user.click(screen.getByRole('button', { name: 'Ask for it' }));
    await waitFor(() =>
      expect(api.createException).toHaveBeenCalledWith(
        expect.objectContaining({
          scope: {
            cluster: 'main',
            namespace: 'shop',
            name: 'shop',
            wayIn: 'gw-1',
            path: '/healthz',
          },
        }),
      ),
    );
  });

  it('stores no token, and keeps what was typed when it is refused', async () => {
    const user = userEvent.setup();
    const api = createFakeCoverageApi({
      createException: () => refuse(403, 'NotAllowedError', 'Not yours'),
    });
    renderCoverage({ api, query: NEW });
    const reason = await screen.findByRole('textbox', { name: /Reason/ });
    await user.click(reason);
    await user.paste('See Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln');
    chooseLastDay(IN_A_MONTH);
    await user.click(screen.getByRole('button', { name: 'Ask for it' }));
    expect(screen.getByText(/seems to hold a token/)).toBeInTheDocument();
    expect(api.createException).not.toHaveBeenCalled();

    await user.clear(reason);
    await user.type(reason, 'The partner moves.');
    await user.click(screen.getByRole('button', { name: 'Ask for it' }));
    expect(await screen.findByText('You may not do this')).toBeInTheDocument();
    expect(screen.getByText(/istio-jwt.exception.create/)).toBeInTheDocument();
    expect(reason).toHaveValue('The partner moves.');
  });
});

describe('one exception', () => {
  it('is approved by those who may', async () => {
    const user = userEvent.setup();
    let exception = buildException({ canChange: false, canApprove: true });
    const api = createFakeCoverageApi({
      getException: async () => exception,
      changeException: async () => {
        exception = buildException({
          state: 'active',
          approvedBy: 'user:default/bob',
        });
        return exception;
      },
    });
    renderCoverage({ api, query: ONE });
    expect(
      screen.queryByRole('button', { name: 'Change' }),
    ).not.toBeInTheDocument();
    await user.click(await screen.findByRole('button', { name: 'Approve' }));
    expect(await screen.findByText('Active')).toBeInTheDocument();
    expect(api.changeException).toHaveBeenCalledWith(EXCEPTION_ID, {
      revision: 3,
      approve: true,
    });
  });

  it('tells that somebody was faster, and loses nothing', async () => {
    const user = userEvent.setup();
    const theirs = buildException({ revision: 4, reason: 'Theirs.' });
    let present = buildException();
    const api = createFakeCoverageApi({
      getException: async () => present,
      changeException: async (_id, { revision }) => {
        if (revision !== 4) {
          present = theirs;
          return refuse(409, 'ConflictError', 'Changed meanwhile');
        }
        present = buildException({ revision: 5, reason: 'Mine.' });
        return present;
      },
    });
    const { container } = renderCoverage({ api, query: ONE });
    await user.click(await screen.findByRole('button', { name: 'Change' }));
    const reason = screen.getByRole('textbox', { name: /Reason/ });
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
    await user.clear(reason);
    await user.type(reason, 'Mine.');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(
      await screen.findByText(/Somebody changed this exception meanwhile/),
    ).toBeInTheDocument();
    expect(screen.getByText(/Now it says “Theirs.”/)).toBeInTheDocument();
    expect(reason).toHaveValue('Mine.');
    expect(await findViolations(container)).toEqual([]);

    await user.click(screen.getByRole('button', { name: 'Save mine over it' }));
    await waitFor(() =>
      expect(api.changeException).toHaveBeenLastCalledWith(EXCEPTION_ID, {
        revision: 4,
        reason: 'Mine.',
      }),
    );
    expect(
      await screen.findByRole('button', { name: 'Change' }),
    ).toBeInTheDocument();
    expect(screen.getByText('Mine.')).toBeInTheDocument();
  });

  it('is ended after a question', async () => {
    const user = userEvent.setup();
    const api = createFakeCoverageApi({
      getException: async () => buildException({ state: 'active' }),
      revokeException: async () => buildException({ state: 'revoked' }),
    });
    renderCoverage({ api, query: ONE });
    await user.click(await screen.findByRole('button', { name: 'End it now' }));
    expect(api.revokeException).not.toHaveBeenCalled();
    await user.tab();
    expect(
      screen.getByRole('button', { name: 'End the exception' }),
    ).toHaveFocus();
    await user.click(screen.getByRole('button', { name: 'Keep it' }));
    expect(screen.getByRole('button', { name: 'End it now' })).toHaveFocus();
    await user.keyboard('{Enter}');
    await user.click(screen.getByRole('button', { name: 'End the exception' }));
    await waitFor(() =>
      expect(api.revokeException).toHaveBeenCalledWith(EXCEPTION_ID, 3),
    );
  });

  it('has the focus after the list that led to it, and gives it back', async () => {
    const user = userEvent.setup();
    renderCoverage({
      api: createFakeCoverageApi({
        listExceptions: async () => ({ items: [buildException()] }),
        getException: async () => buildException(),
      }),
      query: '?view=exceptions',
    });
    const link = { name: /^shop\/shop in cluster main/ };
    await user.click(await screen.findByRole('link', link));
    const back = await screen.findByRole('link', {
      name: 'Back to all exceptions',
    });
    expect(document.activeElement).toContainElement(back);
    expect(document.body).not.toHaveFocus();
    await user.click(back);
    const again = await screen.findByRole('link', link);
    expect(document.activeElement).toContainElement(again);
    expect(document.body).not.toHaveFocus();
  });

  it('says to others that they may only look', async () => {
    renderCoverage({
      api: createFakeCoverageApi({
        getException: async () => buildException({ canChange: false }),
      }),
      query: ONE,
    });
    expect(
      await screen.findByText(/may change this exception/),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: 'End it now' }),
    ).not.toBeInTheDocument();
  });
});
