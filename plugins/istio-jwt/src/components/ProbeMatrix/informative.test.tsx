import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  buildObservation,
  buildRun,
  buildStatus,
} from '../../__testUtils__/fixtures';
import {
  createFakeApi,
  renderWithApi,
} from '../../__testUtils__/renderWithApi';
import { describeSummary, summarizeRun } from '../../format/summarizeRun';
import { EntityIstioJwtContent } from '../EntityIstioJwtContent';

const run = buildRun({
  total: 2,
  observations: [
    buildObservation({ group: 'request' }),
    buildObservation({
      vector: 'path-null-byte',
      title: 'Path with an encoded null byte',
      group: 'request',
      informative: true,
      expected: { status: null, why: 'It expects nothing.' },
      observed: { kind: 'answer', status: 400, durationMs: 3 },
      result: 'inconclusive',
      note: 'For information alone.',
    }),
  ],
});

describe('informative probes', () => {
  it('are shown as such', async () => {
    renderWithApi(<EntityIstioJwtContent />, {
      api: createFakeApi({
        getStatus: async () => buildStatus({ lastRun: run }),
      }),
    });
    const subject = await screen.findByText('Shapes of requests');
    expect(subject.parentElement).toHaveTextContent(
      '1 agree, 1 for information',
    );
    expect(screen.queryByText(/null byte/)).not.toBeInTheDocument();
    await userEvent.click(subject);
    expect(
      await screen.findByRole('row', { name: /null byte/ }),
    ).toHaveTextContent(
      /Any answer.*400.*For information alone\..*For information$/,
    );
  });

  it('count neither for nor against the configuration', () => {
    expect(describeSummary(summarizeRun(run))).toBe('1 of 1 agrees');
  });
});
