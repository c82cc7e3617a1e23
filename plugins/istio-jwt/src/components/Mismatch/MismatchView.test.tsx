import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { MismatchExplanation } from 'backstage-plugin-istio-jwt-common';
import {
  buildObservation,
  buildRun,
  buildStatus,
} from '../../__testUtils__/fixtures';
import { findViolations } from '../../__testUtils__/findViolations';
import {
  createFakeApi,
  renderWithApi,
} from '../../__testUtils__/renderWithApi';
import { EntityIstioJwtContent } from '../EntityIstioJwtContent';

const mismatch: MismatchExplanation = {
  vector: 'no-token',
  summary: 'Seen: 200. The configuration gives 403.',
  causes: [
    {
      id: 'in-front',
      title: 'Something before the gateway answers in its place',
      finding: 'likely',
      evidence: 'The answer carries via.',
      next: 'Send the request past the CDN.',
    },
    {
      id: 'proxy-not-in-sync',
      title: 'A proxy has other configuration',
      finding: 'possible',
      evidence: '5 more requests were answered alike.',
    },
    {
      id: 'envoy-filter',
      title: 'An EnvoyFilter changes what the proxy does',
      finding: 'ruled-out',
      evidence: 'There is none.',
    },
  ],
};

function renderRun(outdated: boolean) {
  const run = buildRun({
    observations: [
      buildObservation({
        result: 'disagrees',
        outdated,
        observed: { kind: 'answer', status: 200, durationMs: 9 },
      }),
    ],
  });
  return renderWithApi(<EntityIstioJwtContent />, {
    api: createFakeApi({
      getStatus: async () =>
        buildStatus({
          lastRun: {
            ...run,
            targets: run.targets.map(target => ({ ...target, mismatch })),
          },
        }),
    }),
  });
}

describe('MismatchView', () => {
  it('lists what may be behind a disagreement, and what was ruled out on demand', async () => {
    const { container } = renderRun(false);
    const heading = await screen.findByRole('heading', {
      name: 'What may be behind it',
    });
    const view = within(heading.parentElement!);
    const causes = view.getAllByRole('listitem');
    expect(causes[0]).toHaveTextContent(/Likely.*in its place.*carries via/);
    expect(causes[0]).toHaveTextContent('Send the request past the CDN.');
    expect(causes[1]).toHaveTextContent('Possible');
    await userEvent.click(view.getByText('Looked at and ruled out (1)'));
    expect(view.getByText(/There is none/)).toBeVisible();
    expect(await findViolations(container)).toEqual([]);
  });

  it('puts the likeliest cause into the headline', async () => {
    renderRun(false);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Most likely: Something before the gateway answers in its place. The answer carries via.',
    );
  });

  it('says nothing of answers to a configuration that is no more', async () => {
    renderRun(true);
    await screen.findByText(/Outdated: the configuration changed since/);
    expect(screen.queryByText('What may be behind it')).toBeNull();
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
