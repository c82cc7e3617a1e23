import { useMemo } from 'react';
import { CoverageAddress } from '../../coverage/address';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { useEntityLinks } from '../../coverage/useEntityLinks';

export interface ServiceLinks {
  toEntity: (entityRef: string) => string | undefined;
  toTab: (entityRef: string) => string | undefined;
  toException: (exception: CoverageAddress['exception']) => string;
}

/** Addresses that rows lead to. Resolved once for a list: a route for each cell takes its time. */
export function useServiceLinks(): ServiceLinks {
  const { toEntity, toTab } = useEntityLinks();
  const { linkTo } = useCoverageAddress();
  return useMemo(
    () => ({
      toEntity,
      toTab,
      toException: exception => linkTo({ view: 'exceptions', exception }),
    }),
    [toEntity, toTab, linkTo],
  );
}
