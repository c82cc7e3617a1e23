import { useApi } from '@backstage/core-plugin-api';
import {
  CoverageException,
  CoverageExceptionChange,
} from 'backstage-plugin-istio-jwt-common';
import { useCallback, useState } from 'react';
import { IstioJwtCoverageApi, istioJwtCoverageApiRef } from '../../api';
import { describeFailure, RequestFailure } from '../../api/describeFailure';

export type Intent =
  | { kind: 'approve' }
  | { kind: 'edit'; change: Omit<CoverageExceptionChange, 'revision'> }
  | { kind: 'end' };

export type ChangeState =
  | { kind: 'idle' }
  | { kind: 'sending'; intent: Intent }
  /** Somebody was faster. `present` is how it is now. */
  | { kind: 'conflict'; intent: Intent; present: CoverageException }
  | { kind: 'failed'; intent: Intent; failure: RequestFailure };

/**
 * Changes an exception. Each change names the revision that it was made upon; of one that somebody
 * changed meanwhile the present form is fetched, and nothing is overwritten unasked.
 */
export function useExceptionChange(onChanged: () => void): {
  state: ChangeState;
  send: (target: { id: string; revision: number }, intent: Intent) => void;
  reset: () => void;
} {
  const api = useApi(istioJwtCoverageApiRef);
  const [state, setState] = useState<ChangeState>({ kind: 'idle' });

  const send = useCallback(
    async (target: { id: string; revision: number }, intent: Intent) => {
      setState({ kind: 'sending', intent });
      try {
        await carryOut(api, target, intent);
        setState({ kind: 'idle' });
        onChanged();
      } catch (error) {
        setState(await explain(api, target.id, intent, error));
      }
    },
    [api, onChanged],
  );
  const reset = useCallback(() => setState({ kind: 'idle' }), []);
  return { state, send, reset };
}

async function carryOut(
  api: IstioJwtCoverageApi,
  { id, revision }: { id: string; revision: number },
  intent: Intent,
): Promise<void> {
  switch (intent.kind) {
    case 'approve':
      await api.changeException(id, { revision, approve: true });
      break;
    case 'edit':
      await api.changeException(id, { revision, ...intent.change });
      break;
    default:
      await api.revokeException(id, revision);
  }
}

async function explain(
  api: IstioJwtCoverageApi,
  id: string,
  intent: Intent,
  error: unknown,
): Promise<ChangeState> {
  const failure = describeFailure(error);
  if (failure.kind === 'refused' && failure.status === 409) {
    try {
      return { kind: 'conflict', intent, present: await api.getException(id) };
    } catch {
      // The refusal itself says enough.
    }
  }
  return { kind: 'failed', intent, failure };
}
