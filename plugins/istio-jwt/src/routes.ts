import { createRouteRef, useRouteRef } from '@backstage/core-plugin-api';

/**
 * The JWT tab of an entity page.
 *
 * @public
 */
export const entityContentRouteRef = createRouteRef({ id: 'istio-jwt' });

/** Path of the JWT tab of the entity in view; undefined where the portal does not mount the tab. */
export function useTabPath(): string | undefined {
  try {
    return useRouteRef(entityContentRouteRef)();
  } catch {
    return undefined;
  }
}
