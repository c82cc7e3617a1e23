import { useRouteRef } from '@backstage/core-plugin-api';
import { CoverageFilter } from 'backstage-plugin-istio-jwt-common';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';
import { coverageRouteRef } from '../routes';
import {
  CoverageAddress,
  DEFAULT_ADDRESS,
  readAddress,
  writeAddress,
} from './address';

export interface CoverageAddressControl {
  address: CoverageAddress;
  /** `replace`: without a step in the browser's history, as for each letter of a search. */
  show: (
    change: Partial<CoverageAddress>,
    options?: { replace?: boolean },
  ) => void;
  /** An address with these parts and everything else as at first. */
  linkTo: (parts: Partial<CoverageAddress>) => string;
  /** Changes some filters and keeps the others; `undefined` takes one away. */
  filterBy: (
    change: Partial<CoverageFilter>,
    options?: { replace?: boolean },
  ) => void;
}

/** What the page's address asks for, and the means to change it. */
export function useCoverageAddress(): CoverageAddressControl {
  const [params, setParams] = useSearchParams();
  const path = useRouteRef(coverageRouteRef)();
  const query = params.toString();
  const address = useMemo(
    () => readAddress(new URLSearchParams(query)),
    [query],
  );

  const show = useCallback<CoverageAddressControl['show']>(
    (change, options) =>
      setParams(
        current => writeAddress({ ...readAddress(current), ...change }),
        options,
      ),
    [setParams],
  );
  const filterBy = useCallback<CoverageAddressControl['filterBy']>(
    (change, options) =>
      setParams(current => {
        const now = readAddress(current);
        return writeAddress({ ...now, filter: { ...now.filter, ...change } });
      }, options),
    [setParams],
  );
  const linkTo = useCallback(
    (parts: Partial<CoverageAddress>) => {
      const text = writeAddress({ ...DEFAULT_ADDRESS, ...parts }).toString();
      return text ? `${path}?${text}` : path;
    },
    [path],
  );
  return { address, show, linkTo, filterBy };
}
