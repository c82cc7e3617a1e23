import { useApi } from '@backstage/core-plugin-api';
import { ClusterFreshness } from 'backstage-plugin-istio-jwt-common';
import { useEffect, useState } from 'react';
import { istioJwtApiRef } from '../../api';

/** Whether any cluster that stands behind a screen is the sandbox. */
export function useSandbox(freshness: ClusterFreshness[] | undefined): boolean {
  const api = useApi(istioJwtApiRef);
  const [configured, setConfigured] = useState<ClusterFreshness[]>([]);
  const isTold = Boolean(freshness?.length);
  useEffect(() => {
    if (isTold) {
      return undefined;
    }
    const controller = new AbortController();
    api.getClusters({ signal: controller.signal }).then(
      clusters => {
        if (!controller.signal.aborted) {
          setConfigured(clusters);
        }
      },
      () => {
        // The screen itself says what is wrong with the backend.
      },
    );
    return () => controller.abort();
  }, [api, isTold]);
  return (isTold ? freshness ?? [] : configured).some(({ sandbox }) => sandbox);
}
