import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { createContext, useContext } from 'react';

/*
 * Whether what is shown may be out of date. A green "Enforced" would then promise what nobody
 * knows, so badges below lose their green and say of when they speak.
 */
const DatedContext = createContext(false);

export const DatedProvider = DatedContext.Provider;

export function useIsDated(): boolean {
  return useContext(DatedContext);
}

/** @param refreshFailure - why the page itself is not being refreshed */
export function isDated(
  { freshness }: Pick<EntityStatus, 'freshness'>,
  refreshFailure: string | undefined,
): boolean {
  return (
    refreshFailure !== undefined ||
    freshness.length === 0 ||
    freshness.some(({ state }) => state.kind !== 'synced')
  );
}
