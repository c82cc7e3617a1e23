import { useApi } from '@backstage/core-plugin-api';
import {
  CoverageFilter,
  CoverageOwnerNotice,
} from 'backstage-plugin-istio-jwt-common';
import { useCallback, useState } from 'react';
import { istioJwtCoverageApiRef } from '../../api';
import { describeFailure, RequestFailure } from '../../api/describeFailure';

export type SendState =
  | { kind: 'idle' }
  | { kind: 'sending' }
  | { kind: 'sent'; result: CoverageOwnerNotice }
  | { kind: 'failed'; failure: RequestFailure };

/** Sends to as many owners as the preview said, and no more. */
export function useOwnerNotice(filter: CoverageFilter): {
  state: SendState;
  send: (atMost: number) => Promise<void>;
} {
  const api = useApi(istioJwtCoverageApiRef);
  const [state, setState] = useState<SendState>({ kind: 'idle' });
  const send = useCallback(
    async (atMost: number) => {
      setState({ kind: 'sending' });
      try {
        const result = await api.sendOwnerNotices({ filter, atMost });
        setState({ kind: 'sent', result });
      } catch (error) {
        setState({ kind: 'failed', failure: describeFailure(error) });
      }
    },
    [api, filter],
  );
  return { state, send };
}
